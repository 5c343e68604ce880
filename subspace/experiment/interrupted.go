package experiment

import (
	"context"
	"fmt"
)

// interrupted is the error of a run whose context has ended. It wraps the cause,
// and does not say it: who pressed a button knows.
type interrupted struct {
	unit        string // "step" or "point"
	done, total int
	cause       error
}

func interruptedAfter(ctx context.Context, unit string, done, total int) error {
	return interrupted{unit, done, total, context.Cause(ctx)}
}

func (i interrupted) Error() string {
	return fmt.Sprintf("interrupted after %s %d of %d; run it again to go on from there", i.unit, i.done, i.total)
}

func (i interrupted) Unwrap() error { return i.cause }
