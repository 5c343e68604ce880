package paper

import (
	"reflect"
	"slices"
	"strings"
	"testing"

	"gosubspace/subspace/experiment"
)

// Every figure of every preset is made of configurations that can be run.
func TestFigures(t *testing.T) {
	for _, preset := range []string{"quick", "cifar10-small", "cifar10"} {
		base, err := experiment.Preset(preset)
		if err != nil {
			t.Fatal(err)
		}
		for n := 1; n <= Figures; n++ {
			f, err := NewFigure(n, base)
			if err != nil {
				t.Errorf("%s: %v", preset, err)
			}
			if len(f.Methods) < 2 || f.Number != n || len(f.Runs(2)) != 2*len(f.Methods) {
				t.Errorf("%s: figure %+v", preset, f)
			}
		}
	}
	if _, err := NewFigure(8, experiment.Quick()); err == nil {
		t.Error("there is a figure 8")
	}
}

// A setting is of all rows of a figure, or of those that add it: one in neither list
// would make every method, standard training too, another one under its plain name.
func TestRowsKnowEverySetting(t *testing.T) {
	ofAll := strings.Fields("Data Side TrainImages TestImages HeldOut WrongLabels AnyClass HumanLabels Normalise Network Width " +
		"Precision Seed Networks Root Branch Chunks GhostBatches Epochs Batch LearningRate FullStep Warmup Momentum WeightDecay Beta " +
		"Augment Recalibration Points TestEvery Bins Corrupt Published")
	base := reflect.New(reflect.TypeFor[experiment.Config]()).Elem()
	for i := range base.NumField() {
		switch f := base.Field(i); f.Kind() {
		case reflect.Int:
			f.SetInt(7)
		case reflect.Uint64:
			f.SetUint(7)
		case reflect.Float64:
			f.SetFloat(0.7)
		case reflect.Bool:
			f.SetBool(true)
		case reflect.String:
			f.SetString("x")
		case reflect.Struct: // Augment
			f.Field(0).SetInt(7)
		default:
			t.Fatalf("%s is a %s, which this test cannot set", base.Type().Field(i).Name, f.Kind())
		}
	}
	made := reflect.ValueOf(row("line", base.Interface().(experiment.Config), "line").Config)
	for i := range made.NumField() {
		name := made.Type().Field(i).Name
		switch kept := made.Field(i).Interface() == base.Field(i).Interface(); {
		case name == "Shape":
		case kept && !slices.Contains(ofAll, name):
			t.Errorf("Config.%s goes into every row: let row take it away, or name it here", name)
		case !kept && slices.Contains(ofAll, name):
			t.Errorf("Config.%s is taken away from every row, and named here as one that all have", name)
		}
	}
}

// A grid is a matter of the figures that draw one: the others would leave it out.
func TestGridsOfFigures(t *testing.T) {
	for what, change := range map[string]func(c *experiment.Config){
		"over the plane":      func(c *experiment.Config) { c.Plane = 11 },
		"around the midpoint": func(c *experiment.Config) { c.Surface = 11 },
		"and its images":      func(c *experiment.Config) { c.GridImages = 100 },
	} {
		base := experiment.Quick()
		change(&base)
		refused := 0
		for n := 1; n <= Figures; n++ {
			if _, err := NewFigure(n, base); err != nil {
				refused++
				if !strings.Contains(err.Error(), "has no method with a grid "+what) {
					t.Errorf("%s, figure %d: %v", what, n, err)
				}
			}
		}
		if refused < 5 || refused == Figures {
			t.Errorf("%s: refused by %d of %d figures", what, refused, Figures)
		}
	}
}

// Figures that cannot have a setting are passed over where all are read, in the order of
// the others; one that no figure can have is an error.
func TestReadFiguresThatCanHaveIt(t *testing.T) {
	rec, err := experiment.ReadRecord(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	base := experiment.Quick()
	base.Dropout = 0.2
	all, err := ReadFigures(rec, base, "-preset quick -dropout 0.2")
	var numbers []int
	for _, f := range all {
		numbers = append(numbers, f.Number)
	}
	if err != nil || !slices.Equal(numbers, []int{5, 7}) {
		t.Errorf("with dropout: figures %v, %v; want 5 and 7", numbers, err)
	}
	base.EMA = 0.9
	if all, err = ReadFigures(rec, base, ""); err == nil || len(all) != 0 {
		t.Errorf("with what no figure has: %d figures, %v", len(all), err)
	}
}

// Figure 7 has the mistakes of people in place of random ones, where they are asked for.
func TestHumanLabelsOfFigure7(t *testing.T) {
	base := experiment.Small()
	base.HumanLabels = "random1"
	f, err := NewFigure(7, base)
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range f.Methods {
		if m.Config.HumanLabels != "random1" || m.Config.WrongLabels != 0 || m.Config.Check() != nil {
			t.Errorf("%s: %+v", m.Name, m.Config)
		}
	}
	r := experiment.Result{Config: f.Methods[0].Config}
	if note := Note([]experiment.Result{r}); !strings.Contains(note, "640 training images (labels by people, random1)") {
		t.Error(note)
	}
}

// Chunks are for what is trained: a figure has them where its networks stay as they are, too.
func TestFigureWithChunks(t *testing.T) {
	base := experiment.Quick()
	base.Chunks = 2
	for _, number := range []int{1, 2, 4} {
		f, err := NewFigure(number, base)
		if err != nil {
			t.Errorf("figure %d: %v", number, err)
			continue
		}
		for _, c := range f.Runs(1) {
			if err := c.Check(); err != nil {
				t.Errorf("figure %d: %s: %v", number, c.Name(), err)
			}
		}
	}
}
