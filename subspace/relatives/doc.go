// Package relatives holds the neighbours of the method: what others make of the
// weights of networks that have been trained, a file each.
//
//   - match.go: the permutation of a network's channels that brings it closest to
//     another (Git Re-Basin, Ainsworth et al. 2022)
//   - soup.go: networks averaged, all or those that help (model soups, Wortsman et
//     al. 2022)
//   - swag.go: networks drawn around a trajectory's mean (SWAG, Maddox et al. 2019)
//
// (Simplexes that connect networks which were trained apart, of SPRO, Benton et al.
// 2021, are a shape: [subspace.Simplexes].)
//
// Each is short algebra on vectors of all weights, as [subspace.Layout] orders
// them. What is made becomes the endpoints of a run, scored like any other: see
// Config.Made in package experiment.
package relatives
