// Package subspace trains and evaluates subspaces of a network's weight space,
// after "Learning Neural Network Subspaces" (Wortsman, Horton, Guestrin,
// Farhadi, Rastegari, ICML 2021, arXiv:2102.10472).
//
// All weights of a network are one vector θ ∈ Rᴾ. A subspace is a matrix Θ of m
// endpoints, [m, P], and its points are Σᵢ cᵢΘᵢ. A training step draws
// coefficients c, runs the network at that point, and sends the gradient to
// every endpoint: ∂L/∂Θᵢ = cᵢ·∂L/∂point. So a step costs one pass forward and one
// back, whatever m is. The midpoint of the subspace is one network; the paper finds
// it more accurate, better calibrated and more robust than one trained alone,
// given the time to train.
//
// # The paper and the code
//
//	θ(α) on a line                         [Line]
//	the quadratic Bézier curve             [Bezier]
//	the simplex of m endpoints             [Simplex]
//	α ~ U, uniform on the simplex          [Shape.Sample]
//	layer-wise: a draw of α per layer      [Sampler]
//	the midpoint                           [Shape.Midpoint]
//	a step of training                     [Space.Step], stepGraph
//	∂L/∂Θᵢ = cᵢ·∂L/∂point                   Layout.spread
//	β·cos²(Θᵢ, Θⱼ)                          Layout.cosineSquared, [SGD]
//	re-estimated batch-norm statistics     [Space.Recalibrate]
//	standard training                      [Simplex] of 1
//	several draws a batch                  [Sampler], its Chunks
//	several steps in one call              [Space.Steps], [Resident]
//	several devices                        [Space.Devices]
//	the plane of figure 2                  [NewPlane]
//
// The baselines and contrasts that the paper compares with live on the same
// vectors:
//
//	label smoothing, SAM                   [SGD]
//	stochastic weight averaging            [Constant], [Cyclic], [Average]
//	a curve between fixed networks         [Space.Freeze]
//	filter-normalised landscapes           [FilterNormalised]
//
// # Reading order
//
// shape.go chooses coefficients. graph.go is the mathematics: mixing the weights
// of a point, the step, evaluation. train.go and evaluate.go call it, resident.go
// and together.go let it work where the images are, on the device, devices.go
// splits its batches over several devices; space.go and layout.go find out how
// the weights of any GoMLX model function lie in a vector; state.go reads and sets
// what training changes. schedule.go, plane.go, filter.go, complex.go and stepshare.go
// are an idea each. contract.go and fingerprint.go are for shapes and networks of one's
// own: what they must keep to, and what tells two apart. averages.go knows GoMLX's own
// batch norm; it and shifted.go refuse networks whose gradients GoMLX gets wrong. A
// network is a plain model function ([Net]); its variables are replaced by the mixture
// while it is built, so that it never knows that it lives in a subspace.
package subspace
