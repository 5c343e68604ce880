package relatives

import (
	"errors"
	"fmt"

	"gosubspace/subspace"
)

// GreedySoup returns the mean of those networks, each [P], that help: it begins with
// the first and goes through the others in their order, and takes each in whose
// addition does not lower the score of the mean (Wortsman et al., "Model soups:
// averaging weights of multiple fine-tuned models improves accuracy without increasing
// inference time", 2022, recipe 1). Their order is that of their own scores, the best
// first. taken are the places of those that are in it.
//
// score is of a network on a validation split; it is called once for the first
// network and once for each other. The uniform soup is the midpoint of a simplex.
func GreedySoup(networks [][]float32, score func(network []float32) (float64, error)) (soup []float32, taken []int, err error) {
	if len(networks) == 0 {
		return nil, nil, errors.New("a soup of no networks: want at least one")
	}
	var mean subspace.Average
	best := 0.0
	for i, network := range networks {
		tried := mean
		if err := tried.Add([][]float32{network}); err != nil {
			return nil, nil, err
		}
		s, err := score(tried.Endpoints[0])
		if err != nil {
			return nil, nil, fmt.Errorf("score of the soup with network %d: %w", i+1, err)
		}
		if i == 0 || s >= best {
			mean, best, taken = tried, s, append(taken, i)
		}
	}
	return mean.Endpoints[0], taken, nil
}
