package dataset

import (
	"fmt"
	"math"
	"slices"
)

// WrongLabels returns s with a share, in [0, 1], of its labels replaced by wrong
// ones, to study what noise in the labels does (Wortsman et al. 2021 take 20 %).
// The images are shared with s, which stays as it is.
//
// round(share·n) labels are replaced, each by a class drawn uniformly from all
// others. With anyClass it is drawn from all classes, as in the paper's code: of
// the replaced labels about 1/classes then stay right.
//
// There is no seed: a set has the same wrong labels whatever the method and the
// seed of a run, and those of a smaller share are part of those of a larger one.
// The images are shuffled, then the first, the second, and so on gets a label,
// all by PCG(0, "wrong"). [Set.Subset] and [Set.Split] balance classes by the
// labels that they see, so they come first.
//
// A share of 0 gives s itself. A share outside [0, 1] and a set of fewer than two
// classes are errors.
func (s *Set) WrongLabels(share float64, anyClass bool) (*Set, error) {
	if !(share >= 0 && share <= 1) {
		return nil, fmt.Errorf("dataset: a share of %g of the labels of %s; want 0 to 1", share, s.Name)
	}
	if share == 0 {
		return s, nil
	}
	if len(s.Classes) < 2 {
		return nil, fmt.Errorf("dataset: wrong labels for %s of %d classes; want two or more", s.Name, len(s.Classes))
	}
	kind := "wrong"
	if anyClass {
		kind = "random"
	}
	out := s.Empty(fmt.Sprintf("%s, %.4g %% %s labels", s.Name, 100*share, kind))
	out.Pixels, out.files = s.Pixels, s.files
	out.Labels = slices.Clone(s.Labels)

	rng := stream(0, streamWrong, 0)
	images := sequence(s.Len())
	shuffle(rng, images)
	for _, i := range images[:int(math.Round(share*float64(s.Len())))] {
		if anyClass {
			out.Labels[i] = int32(below(rng, len(s.Classes)))
			continue
		}
		// The classes without the right one: those from it on move up by one.
		label := int32(below(rng, len(s.Classes)-1))
		if label >= s.Labels[i] {
			label++
		}
		out.Labels[i] = label
	}
	return out, nil
}
