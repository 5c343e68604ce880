package main

import (
	"testing"
)

// What pages are not to carry: the folders of the machine, but never all that begins at its
// root.
func TestHidden(t *testing.T) {
	t.Setenv("HOME", "/")
	t.Setenv("GOSUBSPACE_HOME", "/srv/cache")
	folders := hidden("/srv/project")
	if len(folders) != 2 || folders["/srv/project"] != "gosubspace" || folders["/srv/cache"] != "~/.cache/gosubspace" {
		t.Errorf("hidden are %v", folders)
	}
	t.Setenv("HOME", "/srv/anna")
	if hidden("/srv/project")["/srv/anna"] != "~" {
		t.Error("a user's folder is not hidden")
	}
}
