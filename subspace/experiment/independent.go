package experiment

import (
	"context"
	"fmt"
	"slices"

	"gosubspace/subspace"
)

// fixed returns the endpoints that independently trained networks are put in:
// the ends of a curve, all endpoints of any other shape.
func fixed(shape subspace.Shape) (endpoints []int) {
	curve, ok := shape.(subspace.Curve)
	for i := range shape.Endpoints() {
		corner := subspace.Endpoint(i, shape.Endpoints())
		if !ok || near(curve.At(0), corner) || near(curve.At(1), corner) {
			endpoints = append(endpoints, i)
		}
	}
	return endpoints
}

// Members returns the runs of standard training whose networks an independent
// run has as endpoints, in their order; none for any other run. [Train] makes
// them by itself.
func (c Config) Members(own subspace.Shape) []Config {
	sampler, err := c.check(own)
	if err != nil || !c.Independent || c.Networks != "" {
		return nil
	}
	var members []Config
	for i := range fixed(sampler.Shape) {
		members = append(members, c.member(i))
	}
	return members
}

// makeMembers makes the runs whose networks r has as endpoints.
func (r *Run) makeMembers(ctx context.Context) error {
	for _, c := range r.Config.Members(r.options.Shape) {
		run, err := Train(ctx, c, r.options)
		if err != nil {
			return err
		}
		run.Close()
		r.members = append(r.members, &Run{Config: run.Config, Dir: run.Dir, identity: run.identity})
	}
	return nil
}

// setMembers puts the networks that were trained apart into the space and keeps them
// there. What is trained between them starts at their mean.
func (r *Run) setMembers(ctx context.Context) error {
	rows, err := r.space.Endpoints()
	if err != nil {
		return err
	}
	networks, given, err := r.apart()
	if err != nil {
		return err
	}
	var mean subspace.Average
	for _, one := range networks {
		if err := mean.Add([][]float32{one}); err != nil {
			return err
		}
	}
	frozen := fixed(r.sampler.Shape)
	for i := range rows {
		if k := slices.Index(frozen, i); k >= 0 {
			rows[i] = networks[k]
		} else {
			rows[i] = mean.Endpoints[0]
		}
	}
	if err := r.space.SetEndpoints(rows); err != nil {
		return err
	}
	if err := r.scoreAsRead(ctx, frozen, given); err != nil {
		return err
	}
	return r.space.Freeze(frozen...)
}

// apart returns the networks that are put in: those of files with their buffers, or the
// members'.
func (r *Run) apart() (networks [][]float32, buffers [][]subspace.Array, err error) {
	if r.Config.Networks != "" {
		return r.readNetworks()
	}
	for _, member := range r.members {
		one, err := member.endpoints(r.space.Layout)
		if err != nil {
			return nil, nil, err
		}
		if len(one) != 1 {
			return nil, nil, fmt.Errorf("run %s has %d endpoints: want 1", member.Config.Name(), len(one))
		}
		networks = append(networks, one[0])
	}
	return networks, nil, nil
}

// trains reports whether the run has anything to train.
func (r *Run) trains() bool {
	return !r.Config.Independent || len(fixed(r.sampler.Shape)) < r.sampler.Shape.Endpoints()
}
