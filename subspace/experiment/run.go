package experiment

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/gofrs/flock"
	"github.com/gomlx/compute"

	"gosubspace/subspace"
	"gosubspace/subspace/backend"
	"gosubspace/subspace/dataset"
	"gosubspace/subspace/network"
	"gosubspace/subspace/place"
)

// Options are what a run needs and what does not change its numbers. The zero
// value serves for the project's own networks and data sets.
type Options struct {
	// Net, Data and Shape are where Config.Network, Config.Data and Config.Shape
	// name ones of your own. Data are part of what a run is known by; functions
	// and types cannot be: when you change one, change its name too.
	Net   subspace.Net
	Data  *dataset.Data
	Shape subspace.Shape

	Dir          string // folder of the runs; place.Runs() where empty
	DataDir      string // folder that holds the data set; for CIFAR-10 place.Data() where empty
	CorruptedDir string // folder of the published corrupted test set, for Config.Published

	// Devices is the number of devices of this host that each batch is split over,
	// see subspace.Space.Devices; 0: one. It changes numbers by rounding alone, so
	// that a run may go on with another number of them, but not bit for bit.
	Devices int

	Report func(Report)            // progress; may be nil
	Fetch  func(done, total int64) // progress of a download, in bytes; may be nil

	Notice func(line string) // what there is to say of the backend, such as that XLA is missing; may be nil

	// Checkpoint is how much work a crash may cost; 20 s where zero. A run that
	// is told to stop saves a checkpoint at once.
	Checkpoint time.Duration

	// Together is how many batches one call of the device works on, one after the
	// other: images and labels lie on the device, and a call is told which of them
	// to cut and mirror how. It sees to the same batches as without, where the host
	// makes and sends each. Reports come, and a stop takes effect, between calls.
	// Zero is what suits the device: [OnGPU] on a GPU, otherwise and below zero none,
	// as also where a set is too large to be in memory. With several Devices the host
	// sends each batch, and more than zero is an error.
	Together int
}

// OnGPU is how many batches a call to a GPU works on, unless Options.Together says
// otherwise.
const OnGPU = 100

// shapeOf returns the shape of one's own, or nil where c is of one of the
// project's: the networks that a run builds on are of standard training.
func (o Options) shapeOf(c Config) subspace.Shape {
	if o.Shape == nil || strings.TrimPrefix(c.Shape, "layerwise-") == o.Shape.String() {
		return o.Shape
	}
	if _, err := subspace.ParseSampler(c.Shape); err == nil {
		return nil
	}
	return o.Shape
}

// root returns the folder of the runs.
func (o Options) root() (string, error) {
	if o.Dir != "" {
		return o.Dir, nil
	}
	return place.Runs()
}

// Run is a run that is being made or has been made: a folder with
//
//	config.json             its configuration
//	checkpoint.safetensors  endpoints, optimiser, progress, while it trains
//	history.json            the epochs so far, for whoever looks on
//	endpoints.safetensors   the trained endpoints, weight by weight
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
	device   string
	members  []*Run // those that an independent run builds on: their configuration, folder and identity
	gpu      bool   // whether the device is one
	space    *subspace.Space
	sets     map[*dataset.Set]*subspace.Resident // those on the device
	scored   scorer
	lock     *flock.Flock
}

const (
	configFile     = "config.json"
	checkpointFile = "checkpoint.safetensors"
	historyFile    = "history.json"
	endpointsFile  = "endpoints.safetensors"
	resultFile     = "result.json"
	lockFile       = "lock"
)

// Train makes the run of a configuration, or what is left of it: a run that
// has been made is loaded, one that was interrupted goes on from its last
// checkpoint, bit for bit as if it had not been interrupted (on a CPU and the
// same backend). When ctx ends, Train saves a checkpoint after the step
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
	if err := r.loadStreamed(); err != nil {
		return nil, err
	}
	if err := r.checkCorrupted(); err != nil {
		return nil, err
	}
	if n := r.data.Train.Len(); n < c.Batch {
		return nil, fmt.Errorf("the training set has %d images, less than one batch of %d: make the batch smaller", n, c.Batch)
	}
	r.identity = c.identity(r.data, r.held)
	root, err := o.root()
	if err != nil {
		return nil, err
	}
	r.Dir = filepath.Join(root, c.Name()+"-"+r.identity[:8])
	return r, nil
}

// inMemory is how many bytes of decoded images are kept in memory; of more they
// are decoded anew each time.
const inMemory = 2 << 30

// loadStreamed reads the images that come from files into memory, where they fit.
func (r *Run) loadStreamed() (err error) {
	for _, set := range []**dataset.Set{&r.data.Train, &r.data.Test, &r.held} {
		if s := *set; s != nil && s.Len()*s.Height*s.Width*s.Channels <= inMemory {
			if *set, err = s.Load(); err != nil {
				return err
			}
		}
	}
	return nil
}

// part returns the part of a data set that c asks for, and the validation split
// that is held out of it, nil where there is none. Wrong labels are on the
// images that are trained on alone.
func (c Config) part(all *dataset.Data) (data *dataset.Data, held *dataset.Set, err error) {
	if err := all.Check(); err != nil {
		return nil, nil, err
	}
	data = &dataset.Data{Mean: all.Mean, Std: all.Std}
	if data.Train, held, err = all.Train.Split(c.TrainImages, c.HeldOut); err != nil {
		return nil, nil, err
	}
	if c.HeldOut == 0 {
		held = nil
	}
	if data.Train, err = data.Train.WrongLabels(c.WrongLabels, c.AnyClass); err != nil {
		return nil, nil, err
	}
	data.Test, err = all.Test.Subset(c.TestImages, 0)
	return data, held, err
}

// read reads the data set that c names.
func read(ctx context.Context, c Config, o Options) (*dataset.Data, error) {
	if o.Data != nil {
		return o.Data, nil
	}
	switch c.Data {
	case "digits":
		return dataset.Digits()
	case "cifar10":
		return dataset.CIFAR10(ctx, o.DataDir, o.Fetch)
	case "tinyimagenet":
		return dataset.TinyImageNet(o.DataDir)
	case "folder":
		if c.Side < 1 {
			return nil, errors.New("data of a folder need a side: the number of pixels that images are scaled to, such as 64")
		}
		return dataset.Folders(o.DataDir, c.Side)
	}
	return nil, fmt.Errorf("unknown data set %q: want digits, cifar10, tinyimagenet or folder, or hand in your own as Options.Data", c.Data)
}

// take makes the run's folder and keeps other processes out of it: on a shared
// file system those of other machines too, where it has flock over machines (NFS
// on Linux, unless mounted with nolock or local_lock; Lustre mounted with flock).
func (r *Run) take() error {
	if err := os.MkdirAll(r.Dir, 0o755); err != nil {
		return fmt.Errorf("cannot make the run's folder: %w; make it writable, or choose another with GOSUBSPACE_RUNS", err)
	}
	r.lock = flock.New(filepath.Join(r.Dir, lockFile))
	free, err := r.lock.TryLock()
	if err != nil {
		return fmt.Errorf("cannot lock the run's folder %s: %w; make it writable, or choose another with GOSUBSPACE_RUNS, on a file system with locks (flock)", r.Dir, err)
	}
	if !free {
		return fmt.Errorf("run %s is being made by another process (%s): wait for it, or stop it", r.Config.Name(), r.Dir)
	}
	r.removeTemporary()
	return writeJSON(filepath.Join(r.Dir, configFile), r.Config)
}

// make does what is left to do of a run.
func (r *Run) make(ctx context.Context) error {
	path := filepath.Join(r.Dir, resultFile)
	if made, err := r.load(path); made || err != nil {
		return err
	}
	if r.Config.Independent {
		if err := r.makeMembers(ctx); err != nil {
			return err
		}
	}
	if err := r.take(); err != nil {
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
	os.Remove(filepath.Join(r.Dir, checkpointFile)) // the endpoints and the result say all
	os.Remove(filepath.Join(r.Dir, scoresFile))
	return nil
}

// openBackend opens the backend once a process: each has threads of its own, and
// an NVIDIA GPU rounds products to TF32 or does not, for the whole process.
func openBackend(o backend.Options) (opened, error) {
	theBackend.Lock()
	defer theBackend.Unlock()
	if theBackend.Backend != nil && theBackend.options == o {
		return theBackend.opened, nil
	}
	if theBackend.Backend != nil && theBackend.GPU {
		return opened{}, errors.New("runs in TF32 and in float32 in one process: an NVIDIA GPU computes in one of them, make the runs one after the other")
	}
	b, info, err := o.Open()
	if err == nil {
		theBackend.opened, theBackend.options = opened{b, info}, o
	}
	return opened{b, info}, err
}

var theBackend struct {
	sync.Mutex
	opened
	options backend.Options
}

type opened struct {
	compute.Backend
	backend.Info
}

// openBackend opens the backend that computes as the run's configuration says.
func (r *Run) openBackend() (opened, error) {
	b, err := openBackend(backend.Options{TF32: r.Config.Precision == tf32})
	r.gpu = b.GPU
	return b, err
}

// load reads the result of a run that has been made. It is written last and at
// once, so that reading it needs no lock.
func (r *Run) load(path string) (made bool, err error) {
	result, err := ReadResult(path)
	switch {
	case errors.Is(err, os.ErrNotExist), errors.Is(err, syscall.ENOTDIR):
		return false, nil
	case err != nil:
		return false, err
	case result.Identity != r.identity:
		return false, fmt.Errorf("%s is of another run: move the folder away", path)
	}
	r.Result = result
	// A result from before calibration was scored is scored anew.
	return result.Calibration != nil, nil
}

// net returns the run's network for images of the given classes.
func (r *Run) net(classes int) (subspace.Net, error) {
	net := r.options.Net
	if net == nil {
		var err error
		if net, err = r.Config.net(classes); err != nil {
			return nil, err
		}
	}
	if rate := r.Config.Dropout; rate > 0 {
		net = network.WithDropout(net, rate)
	}
	if n := r.Config.GhostBatches; n > 1 {
		net = network.WithGhostBatches(net, n)
	}
	if r.Config.Precision == bf16 {
		net = network.WithBFloat16(net)
	}
	return net, nil
}

// build makes the space of the run's network, with fresh endpoints or with such as are
// to be set.
func (r *Run) build(of spaceOf) error {
	b, err := r.openBackend()
	if err != nil {
		return err
	}
	r.device = b.Info.String()
	if n := r.options.Devices; n > 1 {
		r.device += fmt.Sprintf(", %d devices", n)
	}
	if r.options.Notice != nil && b.Notice != "" {
		r.options.Notice(b.Notice)
	}
	r.space, err = r.newSpace(r.sampler.Shape.Endpoints(), of)
	return err
}

// spaceOf makes a space of such endpoints.
type spaceOf func(compute.Backend, subspace.Net, [3]int, int, uint64) (*subspace.Space, error)

var fresh, toBeSet spaceOf = subspace.New, subspace.Blank

// newSpace makes a space of m endpoints of the run's network.
func (r *Run) newSpace(m int, of spaceOf) (*subspace.Space, error) {
	devices, chunks := r.options.Devices, max(r.Config.Chunks, 1)
	if devices == 0 {
		devices = 1
	}
	if devices > 1 && r.Config.Batch%(devices*chunks) != 0 {
		return nil, fmt.Errorf("a batch of %d images in %d chunks on %d devices: want a batch that divides by %d", r.Config.Batch, chunks, devices, chunks*devices)
	}
	if devices > 1 && r.options.Together > 0 {
		return nil, fmt.Errorf("%d batches a call on %d devices: images lie on one device only, leave one of the two out", r.options.Together, devices)
	}
	b, err := r.openBackend()
	if err != nil {
		return nil, err
	}
	t := r.data.Train
	net, err := r.net(len(t.Classes))
	if err != nil {
		return nil, err
	}
	s, err := of(b.Backend, net, [3]int{t.Height, t.Width, t.Channels}, m, r.Config.Seed)
	if err != nil {
		return nil, err
	}
	s.Together = r.together()
	if s.Classes() != len(t.Classes) {
		s.Finalize()
		return nil, fmt.Errorf("the network tells %d classes apart, %s has %d: want as many", s.Classes(), t.Name, len(t.Classes))
	}
	if err := s.Devices(devices); err != nil {
		s.Finalize()
		return nil, err
	}
	return s, nil
}

// Space returns the run's subspace with its trained endpoints.
func (r *Run) Space() (*subspace.Space, error) {
	if r.space != nil {
		return r.space, nil
	}
	err := r.build(toBeSet)
	if err == nil {
		err = r.readEndpoints()
	}
	if err != nil {
		r.release()
		return nil, err
	}
	return r.space, nil
}

// Close frees what the run holds on the device.
func (r *Run) Close() {
	r.release()
	r.unlock()
}

func (r *Run) unlock() {
	if r.lock != nil {
		r.lock.Unlock()
	}
}

func (r *Run) release() {
	for set := range r.sets {
		r.evict(set)
	}
	if r.space != nil {
		r.space.Finalize()
		r.space = nil
	}
}
