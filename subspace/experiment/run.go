package experiment

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/gofrs/flock"

	"gosubspace/subspace"
	"gosubspace/subspace/backend"
	"gosubspace/subspace/dataset"
	"gosubspace/subspace/metric"
	"gosubspace/subspace/place"
)

// Options are what a run needs and what does not change its numbers. The zero
// value serves for the project's own networks and data sets.
type Options struct {
	// Net, Data and Shape are where Config.Network, Config.Data and Config.Shape
	// name ones of your own. Data are part of what a run is known by. Functions and
	// types are not: when you change one, change its name too. A run keeps the
	// fingerprint of what they were, and one of another is refused, see [Own].
	Net   subspace.Net
	Data  *dataset.Data
	Shape subspace.Shape

	Dir          string // folder of the runs; place.Runs() where empty
	DataDir      string // folder that holds the data set; of CIFAR-10, where empty, as [dataset.CIFAR10] says
	CorruptedDir string // folder of the published corrupted test set, for Config.Published
	HumanLabels  string // file of labels, or its folder, for Config.HumanLabels; DataDir where empty

	// Networks are the files of Config.Networks, in its order, and Mapping the file that says
	// what their tensors are called, see [Given]. They are read when the run is made.
	Networks []string
	Mapping  string

	// Devices is the number of devices of this host that each batch is split over,
	// see subspace.Space.Devices; 0: one. It changes numbers by rounding alone, so
	// that a run may go on with another number of them, but not bit for bit.
	Devices int

	Report func(Report)            // progress; may be nil
	Fetch  func(done, total int64) // progress of a download, in bytes; may be nil
	Decode func(done, total int64) // progress of reading image files, in images; may be nil

	// Notice is told what there is to say of the backend, such as that XLA is missing, of
	// the data, such as that a class has no image to train on, and of another process that
	// makes the run; may be nil. A line may come several times.
	Notice func(line string)

	// Checkpoint is how much work a crash may cost; 20 s where zero. A run that
	// is told to stop saves a checkpoint at once.
	Checkpoint time.Duration

	// Together is how many batches one call of the device works on, one after the
	// other: images and labels lie on the device, and a call is told which of them
	// to cut and mirror how. It sees to the same batches as without, where the host
	// makes and sends each. Reports come, and a stop takes effect, between calls.
	// Zero is what suits the device: up to [OnGPU] or [OnCPU], see [InCall]; on a CPU one
	// for SAM, for a network of the reader's own, for a width that is no multiple of 8 and
	// with a Precision, so that no bit changes. Below zero it is none, as also without XLA, or
	// without this project's kernels for a CPU, where a set is too large to be in memory, and
	// with an EMA, whatever is said. With several Devices the host sends each batch, and more than zero is an
	// error.
	Together int
}

// OnGPU and OnCPU are how many batches a call works on at most, see [Most].
const (
	OnGPU = 100
	OnCPU = 10
)

// shapeOf returns the shape of one's own, or nil where c is of one of the
// project's: the networks that a run builds on are of standard training.
func (o Options) shapeOf(c Config) subspace.Shape {
	_, err := subspace.ParseSampler(c.Shape)
	if err == nil && o.Shape != nil && strings.TrimPrefix(c.Shape, "layerwise-") != o.Shape.String() {
		return nil
	}
	return o.Shape
}

// root returns the folder of the runs.
func (o Options) root() (string, error) {
	if o.Dir != "" {
		return o.Dir, place.NoTilde("Options.Dir "+o.Dir, o.Dir)
	}
	return place.Runs()
}

// Run is a run that is being made or has been made: a folder with
//
//	config.json             its configuration
//	checkpoint.safetensors  endpoints, optimiser, progress, while it trains
//	history.json            the epochs so far, for whoever looks on
//	standing.json           how it stands, for another process that wants it
//	lock                    held by the process that makes it
//	snapshot-N.safetensors  what SWA collected N-th, where Config.Snapshots asks for it
//	endpoints.safetensors   the trained endpoints, weight by weight
//	scores.json             the scores so far, while it is scored
//	result.json             scores, history and circumstances
type Run struct {
	Config Config
	Dir    string
	Result Result // complete once Train has returned without an error

	options  Options
	data     *dataset.Data
	all      *dataset.Data // of which data are a part
	held     *dataset.Set  // the validation split, or nil
	sampler  subspace.Sampler
	identity string
	own      Own // of a network or a shape of the reader's own
	device   string
	given    [][]subspace.Array // buffers that came with networks of files, as they are
	members  []*Run             // those that an independent run builds on: their configuration, folder and identity
	asRead   []metric.Scores    // of the networks of files, by the statistics that came with them
	backend  backend.Info       // of what it was opened on
	space    *subspace.Space
	sets     map[*dataset.Set]*subspace.Resident // those on the device
	scored   scorer

	// Batch-norm statistics by point, of a shipped file or once [Sight.Statistics] has
	// made them.
	statisticsAt []PointScore
	statistics   [][]subspace.Array

	lock  *flock.Flock
	stood time.Time // when standingFile was written
}

// Train makes the run of a configuration, or what is left of it: a run that
// has been made is loaded, one that was interrupted goes on from its last
// checkpoint, bit for bit as if it had not been interrupted (on a CPU and the
// same backend). One that another process is making is waited for: reports say how
// it stands there, and where that process ends before the run, this one goes on. When ctx ends, Train saves a checkpoint after the step
// at hand and returns an error that wraps ctx's.
//
// Close the run when its endpoints are no longer needed.
func Train(ctx context.Context, c Config, o Options) (*Run, error) {
	r, err := open(ctx, c, o)
	if err != nil {
		return nil, err
	}
	if err := r.make(ctx); err != nil {
		r.Close()
		return nil, fmt.Errorf("run %s: %w", c.Name(), err)
	}
	r.unlock() // a finished run is only read
	return r, nil
}

// open checks a configuration, reads its data and finds its folder.
func open(ctx context.Context, c Config, o Options) (*Run, error) {
	sampler, err := c.check(o.shapeOf(c))
	if err != nil {
		return nil, err
	}
	if o.Net != nil && c.builtIn() {
		return nil, fmt.Errorf("a network of your own under the name %q, which is one of the project's: give it another name", c.Network)
	}
	r := &Run{Config: c, options: o, sampler: sampler}
	// A network that is not there should not cost a download of the data.
	if _, err := r.net(1); err != nil {
		return nil, err
	}
	if r.all, err = read(ctx, c, o); err != nil {
		return nil, err
	}
	if r.data, r.held, err = c.part(r.all); err != nil {
		return nil, err
	}
	r.say()
	if err := r.loadStreamed(ctx); err != nil {
		return nil, err
	}
	if r.data.Test.Len() == 0 {
		return nil, errors.New("the test set has no images: want at least one")
	}
	if n := r.data.Train.Len(); n < c.Batch {
		return nil, fmt.Errorf("asked for batches of %s images by Batch (-batch); %s has %s: make the batch smaller", Thousands(c.Batch), r.data.Train.Name, Thousands(n))
	}
	if err := r.checkPoints(); err != nil {
		return nil, err
	}
	r.own = r.fingerprints()
	r.identity = c.identity(r.data, r.held)
	root, err := o.root()
	if err != nil {
		return nil, err
	}
	r.Dir = filepath.Join(root, c.folder(r.identity))
	return r, nil
}

// make does what is left to do of a run.
func (r *Run) make(ctx context.Context) error {
	path := filepath.Join(r.Dir, resultFile)
	if made, err := r.load(path); made || err != nil {
		if made {
			r.clear() // of one that was killed before it could
		}
		return err
	}
	if err := r.checkCorrupted(); err != nil {
		return err
	}
	if r.Config.builds() {
		if err := r.makeMembers(ctx); err != nil {
			return err
		}
	}
	if err := r.take(ctx); err != nil {
		return err
	}
	// Another process may have made it meanwhile.
	if made, err := r.load(path); made || err != nil {
		return err
	}
	if err := r.train(ctx); err != nil {
		return err
	}
	if err := r.score(ctx); err != nil {
		return err
	}
	if err := r.Result.Write(path); err != nil {
		return err
	}
	r.clear()
	return nil
}

// clear removes what is of no use once there is a result: the endpoints and the result
// say all.
func (r *Run) clear() {
	for _, name := range []string{checkpointFile, scoresFile, standingFile} {
		os.Remove(filepath.Join(r.Dir, name))
	}
}

// Close frees what the run holds on the device.
func (r *Run) Close() {
	r.release()
	r.unlock()
}

// interrupted is the error of a run whose context has ended. It wraps the cause,
// and does not say it: who pressed a button knows.
type interrupted struct {
	unit        string // "step", "point" or "network"
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
