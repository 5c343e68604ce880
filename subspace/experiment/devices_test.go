package experiment

import (
	"context"
	"errors"
	"math"
	"strings"
	"testing"

	"gosubspace/subspace/backend/backendtest"
)

// A run that was begun on one device goes on with four, and the other way round;
// but for rounding it is the run that nobody stopped, and it says where it was
// made.
func TestGoOnWithOtherDevices(t *testing.T) {
	backendtest.Devices(t, 4)
	c, own := normalised(tiny(), Options{})
	c.Batch, c.GhostBatches = 48, 4 // the last batch of an epoch has 14 images
	whole := train(t, c, own)
	if !strings.Contains(whole.Dir, "ghost-batches-4") {
		t.Errorf("the run's folder %s does not say how it was trained", whole.Dir)
	}
	for _, devices := range [][2]int{{1, 4}, {4, 1}} {
		ctx, cancel := context.WithCancel(context.Background())
		o := Options{Dir: t.TempDir(), Net: own.Net, Devices: devices[0], Report: func(r Report) {
			if r.Done == 7 {
				cancel()
			}
		}}
		if _, err := Train(ctx, c, o); !errors.Is(err, context.Canceled) {
			t.Fatal(err)
		}
		o.Report, o.Devices = nil, devices[1]
		on := train(t, c, o)
		if on.identity != whole.identity {
			t.Error("the number of devices has changed which run it is")
		}
		for i, e := range on.Result.History {
			if want := whole.Result.History[i].Loss; math.Abs(e.Loss/want-1) > 1e-4 {
				t.Errorf("from %d devices to %d: loss %v in epoch %d, want %v", devices[0], devices[1], e.Loss, i+1, want)
			}
		}
		got, want := on.Result.Midpoint(), whole.Result.Midpoint()
		if math.Abs(got.NLL/want.NLL-1) > 1e-4 {
			t.Errorf("from %d devices to %d: the midpoint's NLL is %v, want %v", devices[0], devices[1], got.NLL, want.NLL)
		}
		if texts := on.Result.Devices; len(texts) != 2 || strings.HasSuffix(texts[0], ", 4 devices") != (devices[0] == 4) || strings.HasSuffix(texts[1], ", 4 devices") != (devices[1] == 4) {
			t.Errorf("from %d devices to %d: the result says %q", devices[0], devices[1], texts)
		}
	}
	c.GhostBatches = 0
	if endpoints(t, train(t, c, own)) == endpoints(t, whole) {
		t.Error("ghost batches change nothing")
	}
}

// With several devices the host sends the batches: what asks for more is told so.
func TestDevicesTogether(t *testing.T) {
	_, err := Train(t.Context(), tiny(), Options{Dir: t.TempDir(), Devices: 2, Together: 3})
	if err == nil || !strings.Contains(err.Error(), "one device only") {
		t.Error(err)
	}
}
