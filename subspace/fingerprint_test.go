package subspace

import (
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/gomlx/compute/dtypes"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/ml/layers"
	gomlx "github.com/gomlx/gomlx/ml/layers/norm"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/gomlx/gomlx/ml/model/initializer"

	"gosubspace/subspace/network"
)

// A reader's networks, each a small change of the first.
var readers = map[string]Net{
	"plain": func(scope *model.Scope, images *Node) *Node { return readersNet(scope, images, 16, 0.1, nil) },
	"wider": func(scope *model.Scope, images *Node) *Node { return readersNet(scope, images, 17, 0.1, nil) },
	"other dropout": func(scope *model.Scope, images *Node) *Node {
		return readersNet(scope, images, 16, 0.2, nil)
	},
	"a hidden layer more": func(scope *model.Scope, images *Node) *Node {
		return readersNet(scope, images, 16, 0.1, func(x *Node) *Node { return layers.Dense(scope.In("more"), x, true, 16) })
	},
	"another activation": func(scope *model.Scope, images *Node) *Node {
		return readersNet(scope, images, 16, 0.1, func(x *Node) *Node { return Tanh(x) })
	},
	"another constant": func(scope *model.Scope, images *Node) *Node {
		return readersNet(scope, images, 16, 0.1, func(x *Node) *Node { return MulScalar(x, 2) })
	},
	"and another": func(scope *model.Scope, images *Node) *Node {
		return readersNet(scope, images, 16, 0.1, func(x *Node) *Node { return MulScalar(x, 3) })
	},
	"a large constant": func(scope *model.Scope, images *Node) *Node { return masked(scope, images, 1) },
	"another of that":  func(scope *model.Scope, images *Node) *Node { return masked(scope, images, 2) },
	"another start": func(scope *model.Scope, images *Node) *Node {
		return readersNet(scope.WithInitializer(initializer.RandomNormalFn(scope, 0.5)), images, 16, 0.1, nil)
	},
	"another name": func(scope *model.Scope, images *Node) *Node { return readersNet(scope.In("x"), images, 16, 0.1, nil) },
	"GoMLX's batch norm": func(scope *model.Scope, images *Node) *Node {
		return readersNet(scope, images, 16, 0.1, func(x *Node) *Node { return gomlx.BatchNorm(scope, x, -1).Done() })
	},
	"ours": func(scope *model.Scope, images *Node) *Node {
		return readersNet(scope, images, 16, 0.1, func(x *Node) *Node { return network.BatchNorm(scope.In("norm"), x) })
	},
	"in evaluation alone": func(scope *model.Scope, images *Node) *Node {
		return readersNet(scope, images, 16, 0.1, func(x *Node) *Node {
			if scope.IsTraining(x.Graph()) {
				return x
			}
			return MulScalar(x, 2)
		})
	},
}

func readersNet(scope *model.Scope, images *Node, hidden int, dropout float64, more func(*Node) *Node) *Node {
	x := Reshape(images, images.Shape().Dimensions[0], -1)
	x = relu(layers.Dense(scope.In("hidden"), x, true, hidden))
	if more != nil {
		x = more(x)
	}
	x = layers.Dropout(scope, x, Scalar(x.Graph(), x.DType(), dropout))
	return layers.Dense(scope.In("out"), x, true, 10)
}

func masked(scope *model.Scope, images *Node, last float32) *Node {
	return readersNet(scope, images, 64, 0.1, func(x *Node) *Node {
		mask := make([]float32, 64)
		mask[63] = last
		return Mul(x, ExpandAxes(Const(x.Graph(), mask), 0))
	})
}

func prints(t *testing.T) map[string]string {
	t.Helper()
	all := map[string]string{}
	for name, net := range readers {
		print, err := Fingerprint(net, [3]int{8, 8, 1}, 2)
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
		all[name] = print
	}
	return all
}

// Every change of a network is another fingerprint; the same network has the same one
// each time, in this process and in another.
func TestFingerprint(t *testing.T) {
	all, again := prints(t), prints(t)
	names := map[string]string{}
	for name, print := range all {
		if other, twice := names[print]; twice {
			t.Errorf("%s and %s have one fingerprint", name, other)
		}
		names[print] = name
		if again[name] != print {
			t.Errorf("%s has another fingerprint the second time", name)
		}
	}
	if os.Getenv("SUBSPACE_TEST_PRINTS") != "" {
		t.Logf("prints %s", all["plain"])
		return
	}
	cmd := exec.Command(os.Args[0], "-test.run=^TestFingerprint$", "-test.v")
	cmd.Env = append(os.Environ(), "SUBSPACE_TEST_PRINTS=1")
	if out, err := cmd.CombinedOutput(); err != nil || !strings.Contains(string(out), all["plain"]) {
		t.Errorf("another process has another fingerprint than %s: %v, %s", all["plain"], err, out)
	}
}

// The project's own networks can be built so too.
func TestFingerprintOfOurs(t *testing.T) {
	for name, net := range map[string]Net{"cresnet20": network.CResNet20(10, 16), "cnn": network.CNN(10, 8), "mlp": network.MLP(10, 8),
		"dropout": network.WithDropout(network.CNN(10, 8), 0.3), "bf16": network.WithBFloat16(network.CNN(10, 8))} {
		if _, err := Fingerprint(net, [3]int{32, 32, 3}, 2); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func BenchmarkFingerprint(b *testing.B) {
	for name, net := range map[string]Net{"cnn": network.CNN(10, 8), "cresnet20": network.CResNet20(10, 16), "resnet18": network.ResNet18(200)} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				if _, err := Fingerprint(net, [3]int{64, 64, 3}, 2); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// What a batch of one image does is found without training on it.
func TestTakesBatch(t *testing.T) {
	for name, refuses := range map[string]bool{"plain": false, "GoMLX's batch norm": true, "ours": true} {
		for images, want := range map[int]bool{1: refuses, 2: false} {
			err := TakesBatch(readers[name], [3]int{8, 8, 1}, images)
			if (err != nil) != want {
				t.Errorf("%s on a batch of %d: %v", name, images, err)
			}
			if err != nil && (!strings.Contains(err.Error(), "two or more values per channel") || strings.Contains(err.Error(), "\n")) {
				t.Errorf("%s on a batch of %d says %q", name, images, err)
			}
		}
	}
	unknown := func(scope *model.Scope, images *Node) *Node {
		return readersNet(scope, images, 16, 0.1, func(x *Node) *Node { return Real(InverseFFT(FFT(ConvertDType(x, dtypes.Complex64)))) })
	}
	if err := TakesBatch(unknown, [3]int{8, 8, 1}, 1); err != nil {
		t.Errorf("an operation that is known to a device alone: %v", err)
	}
	if _, err := Fingerprint(unknown, [3]int{8, 8, 1}, 2); err == nil {
		t.Error("a fingerprint of an operation that is known to a device alone")
	}
}

func relu(x *Node) *Node { return Max(x, ZerosLike(x)) }
