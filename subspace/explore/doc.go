// Package explore looks at the network at any point of a trained subspace, quickly
// enough that the point can move under somebody's hand.
//
// A [Viewer] is a trained subspace opened for that: [Viewer.At] mixes the endpoints,
// sets batch norm's statistics, and says how the network there scores on test images
// and what it takes photographs for. [Along] and [Triangle] are the way from a slider
// or a place in a triangle to the coefficients of a point.
//
// # Two ways to batch norm
//
// A network in the middle of two others needs statistics of its own: what its layers
// put out is not the mean of what theirs do. [Reestimated] shows it training images,
// as the paper does at every point. [Interpolated] takes the mean of the statistics of
// the nearest points that have some: no image is needed, and the difference is what
// the re-estimation is worth.
package explore
