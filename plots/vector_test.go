package plots

import (
	"bytes"
	"encoding/csv"
	"encoding/xml"
	"errors"
	"image"
	"image/color"
	"io"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/recorder"
	"gonum.org/v1/plot/vg/vgimg"
)

// Every figure is a well-formed SVG that says what it shows, with letters that show where
// no font of ours is, and pictures that are what they are said to be.
func TestSVG(t *testing.T) {
	for name, f := range samples(t) {
		file, err := f.SVG()
		if err != nil {
			t.Fatal(err)
		}
		var title, desc, root string
		var inside []string
		decoder := xml.NewDecoder(bytes.NewReader(file))
		for {
			token, err := decoder.Token()
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			switch x := token.(type) {
			case xml.StartElement:
				inside = append(inside, x.Name.Local)
				fitted := x.Name.Local != "text"
				for _, a := range x.Attr {
					if x.Name.Local == "svg" && a.Name.Local == "role" {
						root = a.Value
					}
					if a.Name.Local == "style" && strings.Contains(a.Value, "font-family") && !strings.Contains(a.Value, "Arial") {
						t.Errorf("%s: a text has no other font where Liberation is not: %s", name, a.Value)
					}
					fitted = fitted || a.Name.Local == "textLength"
					if x.Name.Local == "image" && a.Name.Local == "href" && !strings.HasPrefix(a.Value, "data:image/png;base64,iVBOR") {
						t.Errorf("%s: a picture is not the PNG that it is", name)
					}
				}
				if !fitted {
					t.Errorf("%s: a text does not say how wide it is", name)
				}
			case xml.EndElement:
				inside = inside[:len(inside)-1]
			case xml.CharData:
				switch strings.Join(inside, " ") {
				case "svg title":
					title += string(x)
				case "svg desc":
					desc += string(x)
				}
			}
		}
		if root != "img" || title == "" || desc != f.Alt {
			t.Errorf("%s: role %q, title %q, description\n%s\nwant img, a title, and\n%s", name, root, title, desc, f.Alt)
		}
		width, height := strconv.Itoa(f.Width*3/4), strconv.Itoa(f.Height*3/4)
		if !bytes.Contains(file, []byte(`<svg width="`+width)) || !bytes.Contains(file[:400], []byte(`height="`+height)) {
			t.Errorf("%s: it is not %s × %s points: %.200s", name, width, height, file)
		}
	}
}

// A PDF is a page of the figure's size that uses no font.
func TestPDF(t *testing.T) {
	for name, f := range samples(t) {
		file, err := f.PDF()
		if err != nil {
			t.Fatal(err)
		}
		box := regexp.MustCompile(`/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]`).FindSubmatch(file)
		if !bytes.HasPrefix(file, []byte("%PDF-")) || box == nil {
			t.Fatalf("%s: no PDF of a page: %.80q", name, file)
		}
		for i, want := range []int{f.Width, f.Height} {
			if got, _ := strconv.ParseFloat(string(box[1+i]), 64); math.Abs(got-0.75*float64(want)) > 0.6 {
				t.Errorf("%s: the page is %s × %s points, the figure %d × %d pixels", name, box[1], box[2], f.Width, f.Height)
			}
		}
		if bytes.Contains(file, []byte("/Type /Font")) || bytes.Contains(file, []byte("/FontFile")) {
			t.Errorf("%s: it names a font", name)
		}
	}
}

// Letters as outlines, circles as curves and pictures through a picture look as the
// figure does.
func TestShapesLookAlike(t *testing.T) {
	for name, f := range samples(t) {
		p := f.page
		canvas := vgimg.NewWith(vgimg.UseWH(pageWidth*unit, vg.Length(p.layout().height)*unit), vgimg.UseDPI(int(math.Round(2*96*p.zoom))))
		p.paint(&surface{CanvasSizer: canvas, outlines: true, dots: 2 * 96 * p.zoom})
		// Letters are hinted where they are letters, and shapes where they are shapes.
		if share := different(t, canvas.Image(), decode(t, f.PNG)); share > 0.03 {
			t.Errorf("%s: %.1f %% of the pixels differ", name, 100*share)
			if dir := os.Getenv("KEEP_PICTURES"); dir != "" {
				file, _ := encode(canvas.Image().(*image.RGBA), "")
				os.WriteFile(filepath.Join(dir, name+".png"), file, 0o644)
			}
		}
	}
}

// Pictures stand on their feet, in a PDF too: there they are turned once more.
func TestUpsideDown(t *testing.T) {
	picture := image.NewRGBA(image.Rect(0, 0, 1, 2))
	picture.Set(0, 0, color.RGBA{255, 0, 0, 255})
	for headlong, row := range map[bool]int{false: 0, true: 1} {
		var c recorder.Canvas
		(&surface{CanvasSizer: sized{&c}, headlong: headlong}).DrawImage(vg.Rectangle{}, picture)
		if r, _, _, _ := c.Actions[0].(*recorder.DrawImage).Image.At(0, row).RGBA(); r != 0xffff {
			t.Errorf("headlong %v: row %d is not the red one", headlong, row)
		}
	}
}

// A light band stays light: vgpdf takes colours as they are told, opacity apart.
func TestStraightColours(t *testing.T) {
	var c recorder.Canvas
	s := &surface{CanvasSizer: sized{&c}, straight: true}
	s.SetColor(color.NRGBA{0x00, 0x72, 0xb2, 0x30})
	r, g, b, a := c.Actions[0].(*recorder.SetColor).Color.RGBA()
	if r>>8 != 0 || g>>8 != 0x72 || b>>8 != 0xb2 || a>>8 != 0x30 {
		t.Errorf("the colour arrives as %x %x %x %x", r>>8, g>>8, b>>8, a>>8)
	}
}

type sized struct{ vg.Canvas }

func (sized) Size() (w, h vg.Length) { return 100, 100 }

// Arcs of all sizes end where they end, and stay on their circle.
func TestWithoutArcs(t *testing.T) {
	for _, angle := range []float64{0.1, 1, math.Pi, -2, 2 * math.Pi} {
		var p vg.Path
		p.Arc(vg.Point{X: 3, Y: -1}, 5, 0.7, angle)
		path := withoutArcs(p)
		last := path[len(path)-1].Pos
		sin, cos := math.Sincos(0.7 + angle)
		if d := math.Hypot(float64(last.X)-3-5*cos, float64(last.Y)+1-5*sin); d > 1e-9 {
			t.Errorf("an arc of %v ends %v from its end", angle, d)
		}
		from := path[0].Pos
		for _, part := range path[1:] {
			if part.Type != vg.CurveComp {
				t.Fatalf("a part is of type %v", part.Type)
			}
			for _, u := range []float64{0.25, 0.5, 0.75} {
				at := func(a, b, c, d vg.Length) float64 {
					v := 1 - u
					return v*v*v*float64(a) + 3*v*v*u*float64(b) + 3*v*u*u*float64(c) + u*u*u*float64(d)
				}
				x := at(from.X, part.Control[0].X, part.Control[1].X, part.Pos.X) - 3
				y := at(from.Y, part.Control[0].Y, part.Control[1].Y, part.Pos.Y) + 1
				if d := math.Abs(math.Hypot(x, y) - 5); d > 5e-6*5 {
					t.Errorf("an arc of %v is off its circle by %v", angle, d)
				}
			}
			from = part.Pos
		}
	}
}

// The numbers of a figure are those that it was drawn from.
func TestNumbers(t *testing.T) {
	f, err := sampleLines().Draw()
	if err != nil {
		t.Fatal(err)
	}
	rows := table(t, f)
	want := sampleLines()
	if len(rows) != 1+3*21+1 {
		t.Fatalf("%d rows", len(rows))
	}
	for i, y := range want.Series[0].Y {
		if got, err := strconv.ParseFloat(rows[1+i][5], 64); err != nil || got != y {
			t.Errorf("row %d: %v, want %v", i, rows[1+i], y)
		}
	}
	if got := strings.Join(rows[len(rows)-1], ","); got != "Accuracy along the line,standard training,α,,test accuracy (%),93.7,93.5,93.9" {
		t.Errorf("the reference is %s", got)
	}
	for name, f := range samples(t) {
		if name == "images" || name == "sheet" {
			if _, err := f.CSV(); err == nil || !strings.Contains(err.Error(), "pictures, not numbers") {
				t.Errorf("%s: %v", name, err)
			}
			continue
		}
		if rows := table(t, f); len(rows) < 3 {
			t.Errorf("%s: %d rows", name, len(rows))
		}
	}
}

func table(t *testing.T, f *Figure) [][]string {
	t.Helper()
	file, err := f.CSV()
	if err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(bytes.NewReader(file)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

// The ending of its name says what a file is.
func TestWriteByEnding(t *testing.T) {
	f, err := sampleLines().Draw()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	for ending, begins := range map[string]string{".png": "\x89PNG", ".PNG": "\x89PNG", ".svg": "<?xml", ".pdf": "%PDF-", ".csv": "panel,"} {
		path := filepath.Join(dir, "f"+ending)
		if err := f.Write(path); err != nil {
			t.Error(err)
		}
		if file, err := os.ReadFile(path); err != nil || !strings.HasPrefix(string(file), begins) {
			t.Errorf("%s begins with %.8q, %v", path, file, err)
		}
	}
	for _, c := range []struct {
		f          *Figure
		path, says string
	}{
		{f, "f.jpg", "want a name that ends in .png, .svg, .pdf or .csv"},
		{f, "f", `no "" file`},
		{&Figure{PNG: []byte("png"), Name: "made"}, "f.svg", "not drawn by this package"},
		{&Figure{PNG: []byte("png"), Name: "made"}, "f.csv", "not drawn by this package"},
	} {
		if err := c.f.Write(filepath.Join(dir, "none", c.path)); err == nil || !strings.Contains(err.Error(), c.says) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: %v, want %q", c.path, err, c.says)
		}
	}
	if _, err := os.Stat(filepath.Join(dir, "none")); err == nil {
		t.Error("a folder was made for nothing")
	}
}
