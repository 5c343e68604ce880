package experiment

import (
	"os/exec"
	"strings"
	"testing"
)

// Packages point one way: lesson and kernel → paper → experiment → subspace →
// network; kernel never → lesson. Experiment knows runs and nothing of figures,
// dataset and metric know nothing of subspaces, plots nothing of models. The rooms
// behind the command's front lean on each other in one direction: all there are.
func TestArrows(t *testing.T) {
	allowed := map[string]string{
		"plots":                         "subspace/place",
		"subspace/place":                "",
		"subspace/place/placetest":      "",
		"subspace/spelling":             "",
		"subspace/metric":               "",
		"subspace/dataset":              "subspace/internal/npy subspace/internal/parallel subspace/internal/picture subspace/place",
		"subspace/corruption":           "subspace/dataset subspace/internal/npy subspace/internal/parallel subspace/internal/picture",
		"subspace/internal/parallel":    "",
		"subspace/internal/picture":     "",
		"subspace/internal/customcall":  "",
		"subspace/internal/inner":       "",
		"subspace/internal/cpu":         "subspace/internal/customcall subspace/internal/inner",
		"subspace/internal/programs":    "subspace/place",
		"subspace/backend":              "subspace/internal/cpu subspace/internal/programs subspace/place",
		"subspace/network":              "subspace/internal/cpu",
		"subspace/internal/dry":         "subspace/internal/inner",
		"subspace":                      "subspace/internal/dry subspace/network",
		"subspace/relatives":            "subspace",
		"subspace/experiment":           "subspace subspace/backend subspace/corruption subspace/dataset subspace/internal/safetensors subspace/metric subspace/network subspace/place subspace/relatives subspace/spelling subspace/torch",
		"subspace/speed":                "subspace subspace/backend subspace/dataset subspace/experiment subspace/internal/programs subspace/network subspace/place",
		"subspace/watch":                "plots subspace/experiment",
		"subspace/explore":              "subspace subspace/dataset subspace/experiment subspace/metric",
		"subspace/paper":                "plots subspace subspace/experiment subspace/metric",
		"notebooks/lesson/live":         "",
		"notebooks/lesson":              "notebooks/lesson/live plots subspace subspace/backend subspace/corruption subspace/dataset subspace/experiment subspace/explore subspace/metric subspace/paper subspace/place subspace/torch subspace/watch",
		"kernel/internal/program":       "subspace/place",
		"kernel/internal/scratch":       "",
		"kernel/internal/folder":        "kernel/internal/program subspace/experiment subspace/place",
		"kernel/internal/jupyter":       "kernel/internal/folder kernel/internal/program subspace/place",
		"kernel/internal/checkout":      "kernel/internal/jupyter kernel/internal/program subspace/place",
		"kernel/internal/setup":         "kernel/internal/checkout kernel/internal/folder kernel/internal/jupyter kernel/internal/program subspace/backend subspace/place",
		"kernel/internal/site":          "kernel/internal/jupyter subspace/place",
		"kernel/internal/page":          "plots subspace subspace/dataset subspace/explore subspace/paper",
		"kernel/internal/grid":          "kernel/internal/program plots subspace/backend subspace/experiment subspace/metric subspace/place subspace/watch",
		"subspace/shapetest":            "subspace",
		"subspace/paper/papertest":      "subspace subspace/experiment subspace/metric",
		"subspace/backend/backendtest":  "subspace/backend subspace/internal/programs",
		"subspace/internal/npy":         "",
		"subspace/internal/safetensors": "subspace",
		"subspace/torch":                "subspace subspace/internal/safetensors",
	}
	list := []string{"list", "-f", `{{.ImportPath}} {{join .Imports " "}}`, "gosubspace/kernel/internal/..."}
	for from := range allowed {
		list = append(list, "gosubspace/"+from)
	}
	out, err := exec.Command("go", list...).CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	packages := strings.Split(strings.TrimSpace(string(out)), "\n")
	if len(packages) != len(allowed) {
		t.Errorf("go list knows %d packages of %d: %s", len(packages), len(allowed), out)
	}
	for _, line := range packages {
		paths := strings.Fields(line)
		from := strings.TrimPrefix(paths[0], "gosubspace/")
		to, known := allowed[from]
		if !known {
			t.Errorf("go list says %s", line)
		}
		for _, path := range paths[1:] {
			name, ours := strings.CutPrefix(path, "gosubspace/")
			if ours && !strings.Contains(" "+to+" ", " "+name+" ") {
				t.Errorf("%s imports %s, which the architecture does not allow", from, name)
			}
		}
	}
}

// The command never leans on what cells share: it would carry the lessons with it.
func TestKernelWithoutLessons(t *testing.T) {
	out, err := exec.Command("go", "list", "-deps", "gosubspace/kernel/...").CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	if strings.Contains(string(out), "gosubspace/notebooks/") {
		t.Error("kernel imports a package of the notebooks, which the architecture does not allow")
	}
}
