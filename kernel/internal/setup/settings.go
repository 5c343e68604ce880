package setup

import (
	"context"
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"slices"

	"gosubspace/kernel/internal/checkout"
	"gosubspace/kernel/internal/folder"
	"gosubspace/subspace/place"
)

// jupyterSettings are what differs from JupyterLab's own settings, by file.
var jupyterSettings = map[string]string{
	// No news and no look for updates, which ask the network.
	"labconfig/page_config.json": `{"disabledExtensions": {"@jupyterlab/apputils-extension:announcements": true}}`,
	// JupyterLab learns that a kernel is idle from messages that are not in this
	// list. GoNB announces it with its first kernel_info_reply alone, so the
	// list is Jupyter's own without that: or the status is unknown until the
	// first cell runs.
	"jupyter_server_config.json": `{"MappingKernelManager": {"untracked_message_types": [
  "comm_info_request", "comm_info_reply", "shutdown_request", "shutdown_reply", "interrupt_request", "interrupt_reply",
  "debug_request", "debug_reply", "stream", "display_data", "update_display_data", "execute_input", "execute_result",
  "error", "status", "clear_output", "debug_event", "input_request", "input_reply"]}}`,
}

// settingsStep makes the folders of JupyterLab's files and writes its settings.
func (s *State) settingsStep(ctx context.Context) (step, error) {
	jupyter := filepath.Join(s.home, "jupyter")
	key, err := json.Marshal(jupyterSettings)
	if err != nil {
		return step{}, err
	}
	st := step{
		name:   "settings",
		doing:  "keeping JupyterLab's files in " + jupyter,
		key:    checkout.Hash(key),
		shared: true,
		leave:  []string{filepath.Join(jupyter, "data"), filepath.Join(jupyter, "runtime")},
	}
	for _, name := range slices.Sorted(maps.Keys(jupyterSettings)) {
		st.leave = append(st.leave, filepath.Join(jupyter, "config", filepath.FromSlash(name)))
	}
	st.do = func(context.Context) error {
		if err := folder.Mark(jupyter); err != nil {
			return err
		}
		for _, dir := range []string{"config/labconfig", "data", "runtime"} {
			if err := os.MkdirAll(filepath.Join(jupyter, filepath.FromSlash(dir)), 0o700); err != nil {
				return err
			}
		}
		for name, text := range jupyterSettings {
			if err := place.WriteFile(filepath.Join(jupyter, "config", filepath.FromSlash(name)), []byte(text+"\n")); err != nil {
				return err
			}
		}
		return nil
	}
	return st, nil
}
