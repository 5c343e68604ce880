package safetensors

import (
	"bytes"
	"encoding/binary"
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/gomlx/compute/dtypes"

	"gosubspace/subspace"
)

var update = flag.Bool("update", false, "write the golden file anew")

func someTensors() []subspace.Array {
	return []subspace.Array{
		{Name: "b/weights", DType: dtypes.Float32, Dims: []int{2, 3}, Bytes: floatsToBytes([]float32{1, 2, 3, 4, 5, -6.5})},
		{Name: "a/state", DType: dtypes.Uint64, Dims: []int{2}, Bytes: []byte{1, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 1}},
		{Name: "scalar", DType: dtypes.Float32, Dims: []int{}, Bytes: floatsToBytes([]float32{0.25})},
	}
}

func TestTensorsRoundTrip(t *testing.T) {
	want, metadata := someTensors(), map[string]string{"format": "x", "é": "\"quoted\""}
	file, err := Encode(want, metadata)
	if err != nil {
		t.Fatal(err)
	}
	got, gotMetadata, err := Decode(file)
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(got, want) || !reflect.DeepEqual(gotMetadata, metadata) {
		t.Errorf("got %v %v, want %v %v", got, gotMetadata, want, metadata)
	}
	if (8+int(binary.LittleEndian.Uint64(file)))%8 != 0 {
		t.Error("the data are not aligned to 8 bytes")
	}
	if _, err := Encode(append(want, want[0]), nil); err == nil {
		t.Error("two tensors of one name were written")
	}
}

// A file that Python's safetensors wrote (testdata/safetensors_reference.py) is read.
func TestTensorsOfPython(t *testing.T) {
	file, err := os.ReadFile("testdata/reference.safetensors")
	if err != nil {
		t.Fatal(err)
	}
	got, metadata, err := Decode(file)
	if err != nil {
		t.Fatal(err)
	}
	byName := map[string]subspace.Array{}
	for _, a := range got {
		byName[a.Name] = a
	}
	for _, want := range someTensors() {
		a := byName[want.Name]
		if a.DType != want.DType || !reflect.DeepEqual(a.Dims, want.Dims) || !bytes.Equal(a.Bytes, want.Bytes) {
			t.Errorf("%s: got %v, want %v", want.Name, a, want)
		}
	}
	if len(got) != 3 || metadata["made by"] != "Python" {
		t.Errorf("%d tensors, metadata %v", len(got), metadata)
	}
}

// writtenTensors are those of written.safetensors: eight numbers of every type, whose bytes
// count from 0, then someTensors, and an empty one. testdata/check_written.py has them too.
func writtenTensors() (all []subspace.Array) {
	for _, name := range slices.Sorted(maps.Keys(dtypeNames)) {
		a := subspace.Array{Name: "type/" + name, DType: dtypeNames[name], Dims: []int{8}}
		for i := range 8 * a.DType.Size() {
			if a.DType == dtypes.Bool {
				i %= 2
			}
			a.Bytes = append(a.Bytes, byte(i))
		}
		all = append(all, a)
	}
	return append(append(all, someTensors()...), subspace.Array{Name: "empty", DType: dtypes.Float32, Dims: []int{0, 3}})
}

var writtenMetadata = map[string]string{"made by": "Go", "é": "\"<&>\" \u2028"}

// What is written here is byte for byte what Python's safetensors has read and found to be
// what it should be: after -update run testdata/check_written.py, which does that.
func TestTensorsForPython(t *testing.T) {
	const path = "testdata/written.safetensors"
	got, err := Encode(writtenTensors(), writtenMetadata)
	if err != nil {
		t.Fatal(err)
	}
	if *update {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		at := 0
		for at < min(len(got), len(want)) && got[at] == want[at] {
			at++
		}
		t.Errorf("%d bytes are written, Python has read %d; they differ from byte %d on", len(got), len(want), at)
	}
}

func TestBadTensors(t *testing.T) {
	header := func(text string, data int) []byte {
		file := binary.LittleEndian.AppendUint64(nil, uint64(len(text)))
		return append(append(file, text...), make([]byte, data)...)
	}
	for name, c := range map[string]struct {
		file []byte
		want string
	}{
		"empty":          {nil, "cut short"},
		"seven bytes":    {header("{}", 0)[:7], "cut short"},
		"header beyond":  {binary.LittleEndian.AppendUint64(nil, 1<<63), "cut short"},
		"not JSON":       {header("{", 0), "damaged"},
		"beyond data":    {header(`{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}`, 4), "cut short"},
		"three offsets":  {header(`{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1,9]}}`, 1), "want two numbers and a list"},
		"no shape":       {header(`{"a":{"dtype":"U8","shape":null,"data_offsets":[0,1]}}`, 1), "want two numbers and a list"},
		"negative":       {header(`{"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}}`, 4), "impossible shape"},
		"overflow":       {header(`{"a":{"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,0]}}`, 0), "impossible shape"},
		"wrong size":     {header(`{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}`, 4), "needs 8 bytes"},
		"unknown type":   {header(`{"a":{"dtype":"F31","shape":[1],"data_offsets":[0,4]}}`, 4), "unknown type"},
		"a hole":         {header(`{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"b":{"dtype":"U8","shape":[1],"data_offsets":[2,3]}}`, 3), "begins at byte 2"},
		"one in another": {header(`{"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},"b":{"dtype":"U8","shape":[1],"data_offsets":[1,2]}}`, 2), "begins at byte 1"},
		"left over":      {header(`{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}`, 5), "damaged"},
		"backwards":      {header(`{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,0]}}`, 4), "cut short or damaged"},
	} {
		if _, _, err := Decode(c.file); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v, want an error with %q", name, err, c.want)
		}
	}
}

func FuzzDecode(f *testing.F) {
	good, err := Encode(someTensors(), map[string]string{"a": "b"})
	if err != nil {
		f.Fatal(err)
	}
	f.Add(good)
	f.Add(good[:len(good)-1])
	f.Add([]byte{2, 0, 0, 0, 0, 0, 0, 0, '{', '}'})
	f.Fuzz(func(t *testing.T, file []byte) {
		tensors, metadata, err := Decode(file)
		if err != nil {
			return
		}
		again, err := Encode(tensors, metadata)
		if err != nil {
			t.Fatalf("read but not written: %v", err)
		}
		back, about, err := Decode(again)
		if err != nil || !reflect.DeepEqual(back, tensors) || !reflect.DeepEqual(about, metadata) {
			t.Fatalf("written but not read: %v %v, %v; were %v %v", back, about, err, tensors, metadata)
		}
	})
}

func floatsToBytes(values []float32) []byte {
	bytes, _ := binary.Append(nil, binary.LittleEndian, values)
	return bytes
}

// The header alone says the same of a file as all of it: there is one reading.
func FuzzMetadata(f *testing.F) {
	good, err := Encode(someTensors(), map[string]string{"progress": `{"step": 3}`})
	if err != nil {
		f.Fatal(err)
	}
	f.Add(good)
	f.Add(good[:len(good)-1])
	f.Add(good[:5])
	f.Add([]byte{2, 0, 0, 0, 0, 0, 0, 0, '{', '}'})
	f.Add(binary.LittleEndian.AppendUint64(nil, 1<<63))
	f.Fuzz(func(t *testing.T, file []byte) {
		path := filepath.Join(t.TempDir(), "x.safetensors")
		if err := os.WriteFile(path, file, 0o644); err != nil {
			t.Fatal(err)
		}
		about, err := Metadata(path)
		_, metadata, full := Decode(file)
		if fmt.Sprint(err) != fmt.Sprint(full) || !reflect.DeepEqual(about, metadata) {
			t.Errorf("the header alone: %v, %v; all of it: %v, %v", about, err, metadata, full)
		}
	})
}
