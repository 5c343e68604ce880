package watch

import (
	"context"
	"os"
	"os/signal"
	"time"
)

// AtOnce ends the process, with status 130, at a second Ctrl-C, where what the first one
// asked for takes longer than one waits. The context is one of [signal.NotifyContext]. Other
// signals are not meant so: a closed terminal, the command timeout and whoever ends all
// processes of a service at once send more than one, while the work is being saved. Nor is
// a key that is pressed for long.
func AtOnce(ctx context.Context) {
	context.AfterFunc(ctx, func() {
		if context.Cause(ctx) == context.Canceled { // of a signal errors.Is would say the same
			return // the caller's stop: no signal has come
		}
		time.Sleep(500 * time.Millisecond)
		again := make(chan os.Signal, 1)
		signal.Notify(again, os.Interrupt)
		<-again
		os.Exit(130)
	})
}
