package experiment

import (
	"context"
	"fmt"
	"path/filepath"
)

// Load returns the finished run of a configuration as [Train] does, and never trains:
// where there is none of the images that are here the error wraps [ErrOtherData].
// Close the run.
func Load(ctx context.Context, c Config, o Options) (*Run, error) {
	r, err := open(ctx, c, o)
	if err != nil {
		return nil, err
	}
	made, err := r.load(filepath.Join(r.Dir, resultFile))
	switch {
	case err != nil:
		return nil, fmt.Errorf("run %s: %w", c.Name(), err)
	case !made:
		return nil, fmt.Errorf("no run %s is there: it has not been made, or %w (-data)", filepath.Base(r.Dir), ErrOtherData)
	}
	return r, nil
}
