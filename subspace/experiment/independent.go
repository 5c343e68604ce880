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
	if simplexes, ok := shape.(subspace.Simplexes); ok {
		for i := range simplexes.Fixed {
			endpoints = append(endpoints, i)
		}
		return endpoints
	}
	curve, ok := shape.(subspace.Curve)
	for i := range shape.Endpoints() {
		corner := subspace.Endpoint(i, shape.Endpoints())
		if !ok || near(curve.At(0), corner) || near(curve.At(1), corner) {
			endpoints = append(endpoints, i)
		}
	}
	return endpoints
}

// Members returns the runs of standard training whose networks a run has as
// endpoints, or of whose networks they are made, in their order; none for a run
// that builds on no other. [Train] makes them by itself.
func (c Config) Members(own subspace.Shape) []Config {
	sampler, err := c.check(Options{Shape: own}.shapeOf(c))
	if err != nil || !c.builds() || c.Networks != "" {
		return nil
	}
	m, number, _ := c.making()
	return m.members(c, len(fixed(sampler.Shape)), number)
}

// apart returns the members of networks that were trained apart, n of them.
func apart(c Config, n, _ int) (members []Config) {
	for i := range n {
		members = append(members, c.member(i))
	}
	return members
}

// makeMembers makes the runs that r builds on.
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
	frozen := fixed(r.sampler.Shape)
	m, number, err := r.Config.making()
	if err != nil {
		return err
	}
	networks, err := m.networks(ctx, r, len(frozen), number)
	if ctx.Err() != nil { // matching and soups take their time
		return interruptedAfter(ctx, "network", 0, len(frozen))
	}
	if err != nil {
		return err
	}
	var mean subspace.Average
	for _, network := range networks {
		if err := mean.Add([][]float32{network}); err != nil {
			return err
		}
	}
	for i := range rows {
		if k := slices.Index(frozen, i); k >= 0 {
			rows[i] = networks[k]
		} else {
			rows[i] = mean.Endpoints[0]
		}
	}
	if r.Config.Volume > 0 {
		if err := r.spreadOut(rows, networks); err != nil {
			return err
		}
	}
	if err := r.space.SetEndpoints(rows); err != nil {
		return err
	}
	if err := r.scoreAsRead(ctx, frozen, r.given); err != nil {
		return err
	}
	return r.space.Freeze(frozen...)
}

// trains reports whether the run has anything to train.
func (r *Run) trains() bool {
	return !r.Config.builds() || len(fixed(r.sampler.Shape)) < r.sampler.Shape.Endpoints()
}

// ofMembers returns the networks of the files or runs that r builds on, as they are.
func (r *Run) ofMembers() (networks [][]float32, err error) {
	if r.Config.Networks != "" {
		networks, r.given, err = r.readNetworks()
		return networks, err
	}
	for _, member := range r.members {
		one, err := member.endpoints(r.space.Layout)
		if err != nil {
			return nil, err
		}
		if len(one) != 1 {
			return nil, fmt.Errorf("run %s has %d endpoints: want 1", member.Config.Name(), len(one))
		}
		networks = append(networks, one[0])
	}
	return networks, nil
}
