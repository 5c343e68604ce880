package plots

import "math"

// vector is a place or a direction in the box that a surface stands in: x and y
// along the plane, z upwards, the box's middle at 0 and its longer side 1.
type vector [3]float64

func (v vector) dot(w vector) float64 {
	return float64(v[0]*w[0]) + float64(v[1]*w[1]) + float64(v[2]*w[2])
}

func (v vector) unit() vector {
	size := math.Sqrt(v.dot(v))
	return vector{v[0] / size, v[1] / size, v[2] / size}
}

// camera looks at the middle of the box from a distance.
type camera struct {
	right, up, toward vector // the directions of the picture, and to the viewer
}

// viewDistance is how far away the camera is, in longer sides of the box: far
// enough that upright edges look upright.
const viewDistance = 6

// newCamera stands in the direction azimuth, counted from x to y, and elevation
// above the plane, both in degrees.
func newCamera(azimuth, elevation float64) camera {
	sinA, cosA := math.Sincos(azimuth * math.Pi / 180)
	sinE, cosE := math.Sincos(elevation * math.Pi / 180)
	return camera{
		right:  vector{-sinA, cosA, 0},
		up:     vector{-sinE * cosA, -sinE * sinA, cosE},
		toward: vector{cosE * cosA, cosE * sinA, sinE},
	}
}

// project returns where v lies in the picture, and how near it is: more is
// nearer.
func (c camera) project(v vector) (x, y, near float64) {
	near = v.dot(c.toward)
	shrink := viewDistance / (viewDistance - near)
	return v.dot(c.right) * shrink, v.dot(c.up) * shrink, near
}
