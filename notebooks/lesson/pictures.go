package lesson

import (
	"fmt"
	"strings"

	"gosubspace/plots"
	"gosubspace/subspace/dataset"
)

// mostPictures is how many images a figure shows.
const mostPictures = 100

// pictures draws images of a set, with a label each: where label is nil, their class.
// Of more than a hundred it draws the first; large ones are shrunk, those that stand
// for many more. The note says both.
func pictures(title, note string, s *dataset.Set, numbers []int, label func(i int) string) (*plots.Figure, error) {
	if s == nil {
		return nil, errNoSet
	}
	if len(numbers) == 0 {
		return nil, fmt.Errorf("no images of %s: want 1 or more", s.Name)
	}
	notes := []string{note}
	if all := len(numbers); all > mostPictures {
		numbers = numbers[:mostPictures]
		notes = append(notes, fmt.Sprintf("the first %d of %d", mostPictures, all))
	}
	largest := 256
	if len(numbers) > 20 {
		largest = 96
	}
	factor := (max(s.Height, s.Width) + largest - 1) / largest
	figure := plots.Images{Title: title, Height: s.Height / factor, Width: s.Width / factor, Channels: s.Channels}
	if factor > 1 {
		notes = append(notes, fmt.Sprintf("shrunk from %d × %d pixels", s.Width, s.Height))
	}
	if notes[0] == "" {
		notes = notes[1:]
	}
	figure.Note = strings.Join(notes, "; ")
	for _, i := range numbers {
		one, err := s.Image(i)
		if err != nil {
			return nil, err
		}
		text := s.Classes[one.Labels[0]]
		if label != nil {
			text = label(i)
		}
		figure.Pixels, figure.Labels = append(figure.Pixels, shrunk(one, factor)...), append(figure.Labels, text)
	}
	return figure.Draw()
}

// shrunk returns the pixels of the one image of a set, each the mean of factor × factor
// of them; what is over at the right and at the bottom is left out.
func shrunk(one *dataset.Set, factor int) []uint8 {
	if factor == 1 {
		return one.Pixels
	}
	height, width := one.Height/factor, one.Width/factor
	out := make([]uint8, 0, height*width*one.Channels)
	for y := range height {
		for x := range width {
			for c := range one.Channels {
				sum := 0
				for dy := range factor {
					for dx := range factor {
						sum += int(one.Pixels[((y*factor+dy)*one.Width+x*factor+dx)*one.Channels+c])
					}
				}
				out = append(out, uint8((sum+factor*factor/2)/(factor*factor)))
			}
		}
	}
	return out
}
