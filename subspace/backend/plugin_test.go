package backend

import (
	"os"
	"strings"
	"testing"
)

// What go-xla is told of a CUDA plugin: float32 unless TF32 was asked for, memory as
// it is needed unless the variable says otherwise.
func TestConfigOfCUDA(t *testing.T) {
	p := Plugin{Kind: CUDA, Path: "/a/xla_cuda_plugin.so"}
	for _, c := range []struct {
		variable string
		options  Options
		want     string
		words    string
	}{
		{"", Options{}, ",noshared_buffers,tf32=false,preallocate=false", "taken as needed"},
		{"", Options{TF32: true}, ",noshared_buffers,tf32=true,preallocate=false", "taken as needed"},
		{"false", Options{}, ",noshared_buffers,tf32=false,preallocate=false", "taken as needed"},
		{"true", Options{}, ",noshared_buffers,tf32=false,preallocate=true", "three quarters taken at the start"},
		{"0.5", Options{}, ",noshared_buffers,tf32=false,preallocate=true,memory_fraction=0.5", "a share of 0.5 taken at the start"},
		{"1", Options{}, ",noshared_buffers,tf32=false,preallocate=true,memory_fraction=1", "a share of 1 taken at the start"},
	} {
		t.Setenv(MemoryVariable, c.variable)
		if got := p.config(c.options); got != p.Path+c.want {
			t.Errorf("%s=%q, %+v: %s, want …%s", MemoryVariable, c.variable, c.options, got, c.want)
		}
		if words, err := Memory(); words != c.words || err != nil {
			t.Errorf("%s=%q: %q, %v, want %q", MemoryVariable, c.variable, words, err, c.words)
		}
	}
	for _, wrong := range []string{"much", "-0.5", "1.5", "NaN"} {
		t.Setenv(MemoryVariable, wrong)
		if b, _, err := Open(); err == nil || !strings.Contains(err.Error(), MemoryVariable+"="+wrong) {
			if err == nil {
				b.Finalize()
			}
			t.Errorf("%s=%s: error %v, want one that names it", MemoryVariable, wrong, err)
		}
	}
}

// NVIDIA's libraries are kept from TF32 before they are loaded, and left alone
// where it was asked for, whatever the environment says: a run is recorded with its precision.
func TestPrepareTF32(t *testing.T) {
	const variable = "NVIDIA_TF32_OVERRIDE"
	p := Plugin{Kind: CUDA, Path: "/a/b/c/xla_cuda_plugin.so"}
	for _, c := range []struct {
		before  string
		options Options
		want    string
		says    string
	}{{"", Options{}, "0", ""}, {"0", Options{}, "0", ""}, {"1", Options{}, "0", "float32"},
		{"", Options{TF32: true}, "", ""}, {"1", Options{TF32: true}, "1", ""}, {"0", Options{TF32: true}, "", "tf32"}} {
		t.Setenv(variable, c.before)
		if c.before == "" {
			os.Unsetenv(variable)
		}
		notice := p.prepare(c.options)
		if got := os.Getenv(variable); got != c.want {
			t.Errorf("%s=%q, %+v: it becomes %q, want %q", variable, c.before, c.options, got, c.want)
		}
		if (notice == "") != (c.says == "") || !strings.HasSuffix(notice, c.says) {
			t.Errorf("%s=%q, %+v: said %q, want %q", variable, c.before, c.options, notice, c.says)
		}
	}
}

// TF32 without an NVIDIA GPU would be float32 under a wrong name.
func TestTF32WantsGPU(t *testing.T) {
	t.Setenv("GOMLX_BACKEND", "go")
	if b, _, err := (Options{TF32: true}).Open(); err == nil || !strings.Contains(err.Error(), "TF32") {
		if err == nil {
			b.Finalize()
		}
		t.Errorf("error %v, want one that names TF32", err)
	}
}

// What GOMLX_BACKEND says of an option stands alone.
func TestOverride(t *testing.T) {
	for options, want := range map[string]string{
		"preallocate=true":     "/p.so,noshared_buffers,tf32=false,preallocate=true",
		"notf32":               "/p.so,noshared_buffers,preallocate=false,notf32",
		"shared_buffers,tf32":  "/p.so,preallocate=false,shared_buffers,tf32",
		"allocator=cuda_async": "/p.so,noshared_buffers,tf32=false,preallocate=false,allocator=cuda_async",
		"":                     "/p.so,noshared_buffers,tf32=false,preallocate=false,",
	} {
		if got := override("/p.so,noshared_buffers,tf32=false,preallocate=false", options); got != want {
			t.Errorf("%q: %s, want %s", options, got, want)
		}
	}
}
