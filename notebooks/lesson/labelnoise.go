package lesson

import (
	"fmt"

	"gosubspace/plots"
	"gosubspace/subspace/dataset"
	"gosubspace/subspace/experiment"
	"gosubspace/subspace/paper"
)

// WrongLabels returns the digits that the runs of a configuration train on, with
// their right labels and with the labels that the runs are given, and which of the
// images have a wrong one.
func WrongLabels(c experiment.Config) (right, given *dataset.Set, wrong []int, err error) {
	if c.Data != "digits" {
		return nil, nil, nil, fmt.Errorf("wrong labels of %s: only those of the digits are shown", c.Data)
	}
	digits, err := dataset.Digits()
	if err != nil {
		return nil, nil, nil, err
	}
	if right, _, err = digits.Train.Split(c.TrainImages, c.HeldOut); err != nil {
		return nil, nil, nil, err
	}
	if given, err = right.WrongLabels(c.WrongLabels, c.AnyClass); err != nil {
		return nil, nil, nil, err
	}
	for i, label := range given.Labels {
		if label != right.Labels[i] {
			wrong = append(wrong, i)
		}
	}
	return right, given, wrong, nil
}

// WrongDigits shows the first n of the training digits that the runs of a
// configuration are given a wrong label for, with that and the right one; all of
// them where there are fewer.
func WrongDigits(c experiment.Config, n int) (*plots.Figure, error) {
	right, given, wrong, err := WrongLabels(c)
	if err != nil {
		return nil, err
	}
	if len(wrong) == 0 {
		return nil, fmt.Errorf("no digit has a wrong label: set Config.WrongLabels above 0, such as 0.2")
	}
	if n < 1 || n > mostPictures {
		return nil, fmt.Errorf("n is %d wrongly labelled digits: want 1 to %d", n, mostPictures)
	}
	n = min(n, len(wrong))
	title := fmt.Sprintf("%d of the %d wrong labels of %d training images", n, len(wrong), right.Len())
	return pictures(title, "handwritten digits, UCI Machine Learning Repository, CC BY 4.0", right, wrong[:n], func(i int) string {
		return fmt.Sprintf("labelled %s, is %s", right.Classes[given.Labels[i]], right.Classes[right.Labels[i]])
	})
}

// CompareFit prints, method by method, how far training images were fitted with
// the labels they were given, and accuracy and calibration error of the midpoint:
// mean ± standard deviation over the seeds.
func CompareFit(all paper.Rows) {
	Check(all.Check(paper.AtMidpoint, paper.WithHistory))
	fmt.Printf("%-18s  %-5s  %-22s  %-18s  %s\n", "", "seeds", "labels fitted (%)", "test accuracy (%)", "ECE (%)")
	for _, row := range all {
		fmt.Printf("%-18s  %-5d  %-22s  %-18s  %s\n", row.Name, len(row.Results), spread(paper.Fit(row.Results)),
			spread(experiment.Midpoints(row.Results, paper.Accuracy)), spread(experiment.Midpoints(row.Results, paper.ECE)))
	}
}
