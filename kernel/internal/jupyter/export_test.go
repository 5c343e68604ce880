package jupyter

// Play and Judge are for the tests that stand outside this package, since they want
// what set-up left.
var (
	Play  = Installation.play
	Judge = judge
)
