// Package experiment makes runs: a [Config] says everything that decides a
// run's numbers, and [Train] turns it into a folder with checkpoints, history,
// trained endpoints and scores.
//
// Equal configurations are the same run. One that has been made is loaded; one
// that was stopped, or killed, goes on from its last checkpoint and ends bit for
// bit as if it had not been (on a CPU and the same backend; XLA on a GPU chooses
// its algorithms anew in each process). That needs no
// generator's state, because everything random is a function of the seed and of
// the number of the step.
//
//	run, err := experiment.Train(ctx, experiment.Quick().With("line", 1), experiment.Options{})
//	if err != nil {
//		return err
//	}
//	defer run.Close()
//	fmt.Println(run.Result.Midpoint().Accuracy)
//
// [Result] is what a run has to show; [ReadResults] reads those that were
// recorded. Tensors are stored in the
// safetensors format, which NumPy, PyTorch and JAX read.
package experiment
