package experiment

import (
	"os/exec"
	"strings"
	"testing"
)

// Packages point one way: notebooks → plots, experiment → subspace → network;
// dataset and metric know nothing of subspaces, plots nothing of models.
func TestArrows(t *testing.T) {
	allowed := map[string]string{
		"plots":                        "",
		"subspace/place":               "",
		"subspace/metric":              "",
		"subspace/dataset":             "subspace/internal/parallel subspace/place",
		"subspace/corruption":          "subspace/dataset subspace/internal/parallel",
		"subspace/internal/parallel":   "",
		"subspace/internal/customcall": "",
		"subspace/internal/cpu":        "subspace/internal/customcall",
		"subspace/backend":             "subspace/internal/cpu subspace/place",
		"subspace/network":             "subspace/internal/cpu",
		"subspace":                     "subspace/network",
		"subspace/experiment":          "subspace subspace/backend subspace/corruption subspace/dataset subspace/metric subspace/network subspace/place",
		"subspace/speed":               "subspace subspace/backend subspace/dataset subspace/experiment subspace/network subspace/place",
		"notebooks/lesson":             "plots subspace subspace/backend subspace/corruption subspace/dataset subspace/experiment subspace/metric subspace/place",
		"subspace/shapetest":           "subspace",
		"subspace/backend/backendtest": "subspace/backend subspace/internal/cpu",
	}
	for from, to := range allowed {
		out, err := exec.Command("go", "list", "-f", `{{join .Imports "\n"}}`, "gosubspace/"+from).CombinedOutput()
		if err != nil {
			t.Fatalf("%v: %s", err, out)
		}
		for _, path := range strings.Fields(string(out)) {
			name, ours := strings.CutPrefix(path, "gosubspace/")
			if ours && !strings.Contains(" "+to+" ", " "+name+" ") {
				t.Errorf("%s imports %s, which the architecture does not allow", from, name)
			}
		}
	}
}
