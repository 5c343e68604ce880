package experiment

import (
	"cmp"
	"context"
	"fmt"
	"strings"

	"gosubspace/subspace/dataset"
)

// enough reports a number of images that c asks for and the data set does not have,
// which has so many to train on and to test on: by the name of the field, and of the
// flag of train, that asked for it.
func (c Config) enough(train, test int) error {
	type part struct {
		asked       int
		field, flag string
		of          int
		what        string
		remedy      string
	}
	parts := []part{
		{c.TrainImages, "TrainImages", "-train-images", train, "to train on", "0 takes all"},
		{c.TestImages, "TestImages", "-test-images", test, "to test on", "0 takes all"},
		// With a figure 0 is 1,000 photographs, see package paper.
		{c.GridImages, "GridImages", "-grid-images", cmp.Or(c.TestImages, test), "to test on", "want as many at most"},
	}
	for _, p := range parts {
		if p.asked > p.of {
			return fmt.Errorf("asked for %s images by %s (%s); %s has %s %s: %s", Thousands(p.asked), p.field, p.flag, c.Data, Thousands(p.of), p.what, p.remedy)
		}
	}
	if c.HeldOut > 0 && max(c.TrainImages, 1)+c.HeldOut > train {
		also := "and one at least to train on"
		if c.TrainImages > 0 {
			also = fmt.Sprintf("beside %s to train on by TrainImages (-train-images)", Thousands(c.TrainImages))
		}
		return fmt.Errorf("asked for a validation split of %s images by HeldOut (-held-out), %s; %s has %s in all", Thousands(c.HeldOut), also, c.Data, Thousands(train))
	}
	return nil
}

// say tells what was passed over in the data, which classes a part of them lacks, and
// that data of one's own are used in part alone. It is told once, by Options.Notice.
func (r *Run) say() {
	for _, line := range r.notes() {
		r.notice(line)
	}
}

// notice hands a line to Options.Notice, where there is one.
func (r *Run) notice(line string) {
	if r.options.Notice != nil {
		r.options.Notice(line)
	}
}

func (r *Run) notes() (lines []string) {
	for _, s := range []*dataset.Set{r.all.Train, r.all.Test} {
		lines = append(lines, s.Notes...)
	}
	for _, part := range []struct {
		set  *dataset.Set
		what string
	}{{r.data.Train, "to train on"}, {r.held, "in the validation split"}, {r.data.Test, "to test on"}} {
		if part.set == nil {
			continue
		}
		if missing := part.set.Missing(); len(missing) > 0 {
			lines = append(lines, fmt.Sprintf("%s: no image %s of %s", part.set.Name, part.what, list(missing)))
		}
	}
	if n := r.all.Train.Len(); r.ownData() && r.Config.TrainImages > 0 && r.Config.TrainImages+r.Config.HeldOut < n {
		lines = append(lines, fmt.Sprintf("%s of the %s images of %s are trained on, as TrainImages (-train-images) asks: 0 takes all",
			Thousands(r.Config.TrainImages), Thousands(n), r.all.Train.Name))
	}
	return lines
}

// ownData reports whether the data are not the project's.
func (r *Run) ownData() bool { return r.options.Data != nil || r.Config.Data == "folder" }

// list names classes, three at most.
func list(classes []string) string {
	const most = 3
	if len(classes) <= most {
		return strings.Join(classes, ", ")
	}
	return fmt.Sprintf("%d classes: %s …", len(classes), strings.Join(classes[:most], ", "))
}

// inMemory is how many bytes of decoded images are kept in memory; of more they
// are decoded anew each time.
const inMemory = 2 << 30

// loadStreamed reads the images that come from files into memory, where they fit, and
// finds those that are broken, of all parts at once.
func (r *Run) loadStreamed(ctx context.Context) error {
	sets, err := dataset.Read(ctx, inMemory, r.options.Decode, r.data.Train, r.data.Test, r.held)
	if err != nil {
		return err
	}
	r.data.Train, r.data.Test, r.held = sets[0], sets[1], sets[2]
	return nil
}
