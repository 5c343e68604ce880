package dataset

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path/filepath"
	"slices"
	"strings"

	"gosubspace/subspace/internal/npy"
)

// HumanFile is the numpy form of the labels that people gave the training images of
// CIFAR-10, see [Set.WithHumanLabels].
const HumanFile = "CIFAR-10_human.npz"

// humanKinds are the labels in the published file, by the names that the paper gives them.
var humanKinds = map[string]string{
	"aggre":   "aggre_label",                                                           // what most of three people said
	"random1": "random_label1", "random2": "random_label2", "random3": "random_label3", // what the first, second, third said
	"worst": "worse_label", // a wrong one, where one of the three was wrong
}

// HumanKinds returns the kinds of labels that [Set.WithHumanLabels] knows.
func HumanKinds() []string { return slices.Sorted(maps.Keys(humanKinds)) }

// humanMade is the line of Python that makes HumanFile of what is published.
const humanMade = `python -c "import torch, numpy; numpy.savez('CIFAR-10_human.npz', **torch.load('CIFAR-10_human.pt', weights_only=False))"`

// WithHumanLabels returns s, all training images of CIFAR-10 in their order, with the
// labels that people gave them, which [Set.HumanLabels] puts in place: those of CIFAR-10N
// (Wei et al., "Learning with Noisy Labels Revisited", 2022), of three people an image.
// Kinds are aggre, what most of them said (9 % of the labels are wrong), random1, random2
// and random3, what each said (17 to 18 %), and worst, a wrong one where there is any
// (40 %). Until then s keeps its own labels, by which [Set.Split] and [Set.Subset] choose.
//
// path is CIFAR-10_human.npz or a folder that holds it, "" for where [CIFAR10] looks, with a row of n whole numbers for
// each kind, and one for clean_label, which must be the labels of s: so an order that is
// another one, such as TensorFlow's, is found. It is made of the file that is published,
// github.com/UCSC-REAL/cifar-10-100n, data/CIFAR-10_human.pt:
//
//	python -c "import torch, numpy; numpy.savez('CIFAR-10_human.npz', **torch.load('CIFAR-10_human.pt', weights_only=False))"
func (s *Set) WithHumanLabels(path, kind string) (*Set, error) {
	column, known := humanKinds[kind]
	if !known {
		return nil, fmt.Errorf("dataset: unknown human labels %q: want %s", kind, strings.Join(HumanKinds(), ", "))
	}
	if ext := filepath.Ext(path); ext == ".pt" || ext == ".npy" {
		return nil, fmt.Errorf("dataset: %s is a pickle, which runs code when it is read: make %s of the published .pt with %s", path, HumanFile, humanMade)
	}
	if path == "" {
		var err error
		if path, err = cifarDir(""); err != nil {
			return nil, fmt.Errorf("dataset: %w", err)
		}
	}
	if filepath.Ext(path) != ".npz" {
		path = filepath.Join(path, HumanFile)
	}
	archive, err := npy.OpenArchive(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("dataset: %w: get CIFAR-10_human.pt from github.com/UCSC-REAL/cifar-10-100n and make it with %s", err, humanMade)
	}
	if err != nil {
		return nil, fmt.Errorf("dataset: %w", err)
	}
	defer archive.Close()
	most := int32(len(s.Classes) - 1)
	clean, err := archive.Numbers("clean_label", s.Len(), most)
	if err != nil {
		return nil, fmt.Errorf("dataset: %s: clean_label%w", path, err)
	}
	for i, label := range s.Labels {
		if clean[i] != label {
			return nil, fmt.Errorf("dataset: %s: image %d is %s there, %s in %s: want the images in the order of CIFAR-10's batches, as in CIFAR-10_human.pt",
				path, i, s.Classes[clean[i]], s.Classes[label], s.Name)
		}
	}
	out := s.Empty(s.Name)
	out.Pixels, out.files, out.Labels, out.Notes = s.Pixels, s.files, s.Labels, s.Notes
	if out.human, err = archive.Numbers(column, s.Len(), most); err != nil {
		return nil, fmt.Errorf("dataset: %s: %s%w", path, column, err)
	}
	return out, nil
}

// HumanLabels returns s with the labels that people gave the images, where
// [Set.WithHumanLabels] has read some. The images are shared with s, which stays as it is.
func (s *Set) HumanLabels() (*Set, error) {
	if s.human == nil {
		return nil, fmt.Errorf("dataset: %s has no labels that people gave: see WithHumanLabels", s.Name)
	}
	out := s.Empty(s.Name + ", human labels")
	out.Pixels, out.files, out.Labels = s.Pixels, s.files, slices.Clone(s.human)
	return out, nil
}
