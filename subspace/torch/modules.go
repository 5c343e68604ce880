package torch

import (
	"embed"
	"fmt"
)

//go:embed modules/*.py
var modules embed.FS

// Module returns the PyTorch module of a network of the project, a file of Python whose
// load(path) makes the network of a file that [Write] wrote.
func Module(network string) (name string, text []byte, err error) {
	name = network + ".py"
	if network == "wideresnet50-2" {
		name = "wideresnet50_2.py" // which Python can import
	}
	text, err = modules.ReadFile("modules/" + name)
	if err != nil {
		return "", nil, fmt.Errorf("there is no PyTorch module of the network %q: want cresnet20, cnn, mlp, resnet18 or wideresnet50-2", network)
	}
	return name, text, nil
}
