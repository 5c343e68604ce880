package grid

import (
	"encoding/json"
	"reflect"
	"testing"

	"gosubspace/subspace/experiment"
)

// A worker is told every place byte by byte, also where a name is no UTF-8: in another folder
// it would make runs that nobody finds.
func TestOrderKeepsPlaces(t *testing.T) {
	want := experiment.Options{Dir: "/old/L\xe4ufe", DataDir: "/d\xff", CorruptedDir: "/münchen", HumanLabels: "\xc3",
		Networks: []string{"a\xe4.safetensors", "b"}, Mapping: "\x80", Devices: 2, Together: -1}
	text, err := json.Marshal(orderOf(want))
	if err != nil {
		t.Fatal(err)
	}
	var o order
	if err := json.Unmarshal(text, &o); err != nil || !reflect.DeepEqual(o.options(), want) {
		t.Errorf("a worker is told %+v, %v; want %+v", o.options(), err, want)
	}
}
