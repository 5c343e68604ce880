package experiment

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"regexp"
	"strings"

	"gosubspace/subspace"
	"gosubspace/subspace/metric"
	"gosubspace/subspace/torch"
)

// Given returns c and o for a run whose endpoints are the networks of files: safetensors
// files of state_dicts, as PyTorch writes them. They stay as they are. Of a line they are
// the two ends, of a simplex the corners; of a curve they are its two ends, and what is
// between them is trained; of standard it is the one network, and nothing is. Their images
// must be normalised as those that they were trained on, see Config.Normalise.
//
// mapping is a file that says where a network's variables lie, see [torch.Mapping]; "" where
// they are called as [torch.Name] says. The contents of the files are part of what the run is
// known by. Only a run that is being made reads them.
func Given(c Config, o Options, mapping string, files ...string) (Config, Options, error) {
	c.Independent, o.Networks, o.Mapping = true, files, mapping
	if len(files) == 0 {
		return c, o, errors.New("there are no files of networks: want one for each end of a curve, or for each endpoint")
	}
	var known []string
	for _, path := range files {
		if path == "" {
			return c, o, errors.New("a file of a network has no name: want one for each end of a curve, or for each endpoint")
		}
		_, hash, err := readNetwork(path, mapping)
		if err != nil {
			return c, o, err
		}
		known = append(known, hash)
	}
	c.Networks = strings.Join(known, ",")
	return c, o, nil
}

// readNetwork reads the file of a network, and says what it is known by.
func readNetwork(path, mapping string) (file []byte, hash string, err error) {
	if file, err = os.ReadFile(path); err != nil {
		return nil, "", err
	}
	if err := torch.CheckFile(path, file); err != nil {
		return nil, "", fmt.Errorf("%s: %w", path, err)
	}
	h := sha256.New()
	h.Write(file)
	if mapping != "" {
		names, err := os.ReadFile(mapping)
		if err != nil {
			return nil, "", err
		}
		h.Write(names)
	}
	return file, hex.EncodeToString(h.Sum(nil))[:16], nil
}

var knownNetworks = regexp.MustCompile(`^[0-9a-f]{16}(,[0-9a-f]{16})*$`)

func (c Config) checkNetworks(s subspace.Sampler) error {
	ends, n := len(fixed(s.Shape)), strings.Count(c.Networks, ",")+1
	switch {
	case !c.Independent:
		return errors.New("networks of files that are not independent: set both, as experiment.Given does")
	case s.Layerwise:
		return fmt.Errorf("networks of files as %q: want a shape that is not layer-wise", c.Shape)
	case c.Made != "" && c.Made != matched:
		return fmt.Errorf("networks of files that are made as %q, which trains its own: want them %s, or as they are", c.Made, matched)
	case c.Root != 0 || c.Branch != 0:
		return errors.New("networks of files share no epochs with a run: leave the root and the branch out")
	case !knownNetworks.MatchString(c.Networks):
		return fmt.Errorf("networks of files are known by the first 16 digits of a SHA-256 each, not by %q: experiment.Given fills them in", c.Networks)
	case n != ends:
		return fmt.Errorf("%d networks of files for %q: want %d", n, c.Shape, ends)
	}
	return nil
}

// readNetworks reads the networks of files: their weights, and the buffers with the
// statistics that came with them.
func (r *Run) readNetworks() (networks [][]float32, buffers [][]subspace.Array, err error) {
	known, files := strings.Split(r.Config.Networks, ","), r.options.Networks
	if len(files) != len(known) {
		return nil, nil, fmt.Errorf("its endpoints are the networks of %d files, and %d are named: name them by Options.Networks (-networks)", len(known), len(files))
	}
	n, err := r.network()
	if err != nil {
		return nil, nil, err
	}
	if n.Mapping, err = torch.ReadMapping(r.options.Mapping); err != nil {
		return nil, nil, err
	}
	for i, path := range files {
		file, hash, err := readNetwork(path, r.options.Mapping)
		if err != nil {
			return nil, nil, err
		}
		if hash != known[i] {
			return nil, nil, fmt.Errorf("%s, or its mapping, is not what this run is of (%s, want %s): make a run of what it is now", path, hash, known[i])
		}
		weights, statistics, err := torch.Read(file, n)
		if err != nil {
			return nil, nil, fmt.Errorf("%s is not the state_dict of %s: %w", path, r.Config.networkName(), err)
		}
		networks, buffers = append(networks, weights), append(buffers, statistics)
	}
	return networks, buffers, nil
}

// network is the run's as package torch wants it, with the buffers as they are now.
func (r *Run) network() (torch.Network, error) {
	buffers, err := r.space.Buffers()
	t := r.data.Train
	return torch.Network{Layout: r.space.Layout, Buffers: buffers, Image: t.Shape()}, err
}

// networkName is the network with its width: cresnet20x8.
func (c Config) networkName() string {
	if c.Width > 0 {
		return fmt.Sprintf("%sx%d", c.Network, c.Width)
	}
	return c.Network
}

// scoreAsRead scores the networks of files by the statistics that came with them, which
// lie in buffers. The state of training is as before when it returns.
func (r *Run) scoreAsRead(ctx context.Context, endpoints []int, buffers [][]subspace.Array) error {
	r.asRead = nil
	before, err := r.space.Buffers()
	if err != nil {
		return err
	}
	test := r.data.Test
	for k, b := range buffers {
		if err := r.space.SetBuffers(b); err != nil {
			return err
		}
		at := subspace.Uniform(subspace.Endpoint(endpoints[k], r.sampler.Shape.Endpoints()), len(r.space.Layout.Layers))
		logits, _, err := r.space.Logits(ctx, at, r.inOrder(test))
		if err != nil {
			return err
		}
		scores, err := metric.ScoreBins(logits, test.Labels, len(test.Classes), r.bins())
		if err != nil {
			return err
		}
		r.asRead = append(r.asRead, scores)
	}
	return r.space.SetBuffers(before)
}
