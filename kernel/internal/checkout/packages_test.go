package checkout

import (
	"os"
	"reflect"
	"strings"
	"testing"
)

func TestOwnPackageList(t *testing.T) {
	text, err := os.ReadFile("../../../environment.yml")
	if err != nil {
		t.Fatal(err)
	}
	list, err := parsePackages(text)
	if err != nil {
		t.Fatal(err)
	}
	has := func(pins []Pin, name string) bool {
		for _, p := range pins {
			if p.Name == name {
				return true
			}
		}
		return false
	}
	linux := platform{"sys_platform": "linux", "platform_machine": "x86_64", "extra": ""}
	gpu := platform{"sys_platform": "linux", "platform_machine": "x86_64", "extra": "cuda"}
	mac := platform{"sys_platform": "darwin", "platform_machine": "arm64", "extra": "cuda"}
	for _, c := range []struct {
		where platform
		name  string
		want  bool
	}{
		{linux, "jupyterlab", true}, {linux, "xla-cpu-pjrt", true}, {linux, "jax-cuda13-pjrt", false},
		{gpu, "jupyterlab", true}, {gpu, "xla-cpu-pjrt", true}, {gpu, "jax-cuda13-pjrt", true},
		{mac, "jupyterlab", true}, {mac, "xla-cpu-pjrt", false}, {mac, "jax-cuda13-pjrt", false},
	} {
		if got := has(list.on(c.where), c.name); got != c.want {
			t.Errorf("%s on %v: %v, want %v", c.name, c.where, got, c.want)
		}
	}
}

func TestParsePackages(t *testing.T) {
	const head = "dependencies:\n  - python>=3.10\n  - pip\n"
	for _, c := range []struct{ name, text, want string }{
		{"good", head + "  - pip:\n    - a==1.0\n    - B_c == 2 ; extra != 'x' and sys_platform==\"linux\"\n", ""},
		{"not pinned", head + "  - pip:\n    - a>=1.0\n", `"a>=1.0": want name==version`},
		{"an option", head + "  - pip:\n    - --index-url=x\n", "want name==version"},
		{"another marker", head + "  - pip:\n    - a==1 ; os_name == 'x'\n", "want a marker"},
		{"or", head + "  - pip:\n    - a==1 ; extra == 'x' or extra == 'y'\n", "want a marker"},
		{"outside pip", head + "  - numpy=1\n  - pip:\n    - a==1\n", "neither python"},
		{"no python", "dependencies:\n  - pip:\n    - a==1\n", "lack python"},
		{"no list", head, "lack a pip list"},
		{"a number", head + "  - 7\n", "neither python"},
		{"a list", head + "  - [a, b]\n", "want a package or a pip list"},
		{"not YAML", "dependencies: [", "yaml"},
		{"empty", "", "lack python"},
	} {
		_, err := parsePackages([]byte(c.text))
		switch {
		case c.want == "" && err != nil:
			t.Errorf("%s: %v", c.name, err)
		case c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)):
			t.Errorf("%s: error %v, want one with %q", c.name, err, c.want)
		}
	}
}

func TestMissing(t *testing.T) {
	pins := []Pin{{Name: "A_b", Version: "1"}, {Name: "c", Version: "2"}, {Name: "d", Version: "3"}}
	got := Missing(pins, map[string]string{"a-b": "1", "c": "2.1"})
	if want := pins[1:]; !reflect.DeepEqual(got, want) {
		t.Errorf("missing %v, want %v", got, want)
	}
}

// FuzzParsePackages checks that what is accepted is safe to hand to pip: no
// option, address or second requirement can hide in a pin.
func FuzzParsePackages(f *testing.F) {
	own, err := os.ReadFile("../../../environment.yml")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(own)
	f.Add([]byte("dependencies:\n  - python>=3.10\n  - pip:\n    - a==1 ; extra == 'x'\n"))
	f.Add([]byte("dependencies: [python>=3.1, {pip: [-r==x]}]"))
	f.Fuzz(func(t *testing.T, text []byte) {
		list, err := parsePackages(text)
		if err != nil {
			return
		}
		for _, p := range list.Pins {
			if s := p.String(); strings.HasPrefix(s, "-") || strings.ContainsAny(s, " \t\n;@/\\") {
				t.Errorf("accepted %q", s)
			}
			again, err := parsePin(p.String())
			if err != nil || again.String() != p.String() {
				t.Errorf("%q reads back as %q, %v", p, again, err)
			}
		}
	})
}
