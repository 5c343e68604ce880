// Package experiment makes runs: a [Config] says everything that decides a
// run's numbers, and [Train] turns it into a folder with checkpoints, history,
// trained endpoints and scores.
//
// Equal configurations are the same run. One that has been made is loaded; one
// that was stopped, or killed, goes on from its last checkpoint and ends bit for
// bit as if it had not been (on a CPU and the same backend; XLA on a GPU chooses
// its algorithms anew in each process). That needs no generator's state, because
// everything random is a function of the seed and of the number of the step.
//
//	run, err := experiment.Train(ctx, experiment.Quick().With("line", 1), experiment.Options{})
//	if err != nil {
//		return err
//	}
//	defer run.Close()
//	fmt.Println(run.Result.Midpoint().Accuracy)
//
// Runs that differ only in what they are scored on share what was trained: a
// second figure of the same networks costs its scoring.
//
// # Methods
//
// Baselines are configurations, not code paths: a shape, and what is added to it.
// Tested together, each addition with each of the shapes standard, line, bezier
// and layerwise-simplex-3, and all additions at once on a line:
//
//   - dropout: Config.Dropout (network.Dropout says where)
//   - label smoothing: Config.Smoothing
//   - SAM: Config.Rho, sharpness-aware minimisation at the point that was drawn
//   - SWA, constant: Config.SWA = "constant", the average of every endpoint
//   - SWA, cyclic: Config.SWA = "cyclic-5"
//   - full steps: Config.FullStep, a larger rate for subspaces; not with standard
//   - chunks: Config.Chunks, several points a batch; not with standard, which has one
//   - wrong labels: Config.WrongLabels, or those that people gave, Config.HumanLabels
//
// Beside them Config.EMA, a moving average of the weights.
//
// Networks that were trained apart are the endpoints of a run with
// Config.Independent: a line of two is the straight way between them, a bezier
// the curve that is trained between them, and the ensemble of the endpoints the
// ensemble of the networks. [Config].Made makes endpoints of other runs' networks in
// other ways (package relatives): scores, points and ensembles of these are those of
// any run, so that the midpoint of a simplex of networks is their soup.
// [Given] takes networks from files instead, which PyTorch may have trained, and
// [Run.WriteWeights] writes a file for PyTorch.
//
// # Calls of the device
//
// The images lie on the device, and a call of it makes several steps, on a GPU many:
// Options.Together. That changes the speed alone, on a CPU no bit of the results.
// Config.Precision, which changes results, is part of the configuration. GPU.md in this
// folder is the way to measure both on a GPU.
//
// # Devices
//
// Options.Devices splits every batch over devices of the host. The numbers are
// those of one device but for rounding, so that it is no part of the
// configuration: a result names the devices, and a run may go on with another
// number of them. What would change them is part of it: Config.GhostBatches, batch
// norm with statistics of each part of a batch, as when each device has its own.
//
// # Many runs
//
// [Plan] gives the runs that are needed for a list of configurations, [Estimate] how
// long they take, [Shard] the part of them that one of several machines makes,
// [Families] the groups of them that can be made side by side. [Result] is what a run
// has to show; [ReadResults] reads those that were recorded. Which runs are behind a
// figure of the paper is for package paper to say. [FindRuns] tells of a folder of runs how
// far each is, [Campaign] how far a list of them. Tensors are stored in the
// safetensors format, which NumPy, PyTorch and JAX read.
package experiment
