//go:build unix

package main

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"

	"go.yaml.in/yaml/v3"

	"gosubspace/kernel/internal/program"
	"gosubspace/subspace/backend"
	"gosubspace/subspace/place"
)

// small makes every run of a command line a tiny one: of two flags the last
// counts.
var small = strings.Fields("-preset quick -network mlp -width 2 -epochs 4 -warmup 0 -train-images 60 -test-images 40 -batch 30 -points 3")

// alone returns the environment of a machine with nothing set up, which computes
// in pure Go, and some variables more.
func alone(t *testing.T, home string, more ...string) []string {
	t.Helper()
	env := program.Setenv(os.Environ(), map[string]string{"GOSUBSPACE_HOME": home},
		"GOMLX_BACKEND", "VIRTUAL_ENV", "CONDA_PREFIX", "PJRT_PLUGIN_LIBRARY_PATH", "GOSUBSPACE_DATA", "GOSUBSPACE_RUNS", "GOSUBSPACE_PROGRAMS",
		"JOB_COMPLETION_INDEX", "SLURM_ARRAY_TASK_ID")
	return append(env, more...)
}

// kernelPath returns the path of the command under test.
func kernelPath(t *testing.T) string {
	t.Helper()
	path, err := exec.LookPath("kernel")
	if err != nil {
		t.Fatal(err)
	}
	return path
}

// stopIn is stopAt the second epoch.
func stopIn(t *testing.T, cmd *exec.Cmd, signal syscall.Signal) (status int, said string) {
	t.Helper()
	return stopAt(t, cmd, signal, regexp.MustCompile("epoch +2 of"))
}

// stopAt starts a command, sends it a signal once it says something, and returns its exit
// status and what it said. It reads on only when the signal has arrived: until then
// the command waits to be read, and can't come to its end, however slow we are.
func stopAt(t *testing.T, cmd *exec.Cmd, signal syscall.Signal, once *regexp.Regexp) (status int, said string) {
	t.Helper()
	out, in, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	heard, tell, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer heard.Close()
	cmd.Stdout, cmd.Stderr, cmd.ExtraFiles = in, in, []*os.File{tell}
	cmd.Env = append(cmd.Env, heardVariable+"=1")
	err = cmd.Start()
	in.Close()
	tell.Close()
	if err != nil {
		t.Fatal(err)
	}
	var text strings.Builder
	sent := false
	for lines := bufio.NewScanner(out); lines.Scan(); {
		fmt.Fprintln(&text, lines.Text())
		if !sent && once.MatchString(lines.Text()) {
			sent = true
			cmd.Process.Signal(signal)
			heard.Read(make([]byte, 1)) // or nobody is left who could say it
		}
	}
	cmd.Wait()
	return cmd.ProcessState.ExitCode(), text.String()
}

// long is a run that says more than a pipe holds, a line an epoch.
var long = append(slices.Clone(small), "-shape", "line", "-epochs", "1000")

// only returns the contents of the one file that matches.
func only(t *testing.T, dir, pattern string) string {
	t.Helper()
	paths, err := place.Glob(dir, pattern)
	if err != nil || len(paths) != 1 {
		t.Fatalf("%s in %s: %v, %v; want one", pattern, dir, paths, err)
	}
	text, err := os.ReadFile(paths[0])
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// A scheduler's SIGTERM, a closed terminal and Ctrl-C all save a checkpoint; the
// run goes on from it and ends bit for bit as one that was left alone.
func TestSignalsSaveACheckpoint(t *testing.T) {
	kernel, home := kernelPath(t), t.TempDir()
	command := func(runs string) *exec.Cmd {
		cmd := exec.Command(kernel, append([]string{"train", "-runs", runs}, long...)...)
		cmd.Env = alone(t, home)
		return cmd
	}
	whole := t.TempDir()
	if out, err := command(whole).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	want := only(t, whole, "*/endpoints.safetensors")
	for _, signal := range []syscall.Signal{syscall.SIGTERM, syscall.SIGHUP, syscall.SIGINT} {
		runs := t.TempDir()
		status, said := stopIn(t, command(runs), signal)
		if status != 130 || !regexp.MustCompile(`interrupted after step \d+ of 2000; run it again to go on from there`).MatchString(said) {
			t.Errorf("%v: exit status %d, want 130: %s", signal, status, tail(said))
		}
		only(t, runs, "*/checkpoint.safetensors")
		out, err := command(runs).CombinedOutput()
		if err != nil || strings.Contains(string(out), "epoch 1 of") {
			t.Errorf("%v: did not go on: %v, %s", signal, err, tail(string(out)))
		}
		if only(t, runs, "*/endpoints.safetensors") != want {
			t.Errorf("%v: the endpoints are not those of a run that was left alone", signal)
		}
	}
}

func tail(text string) string { return text[max(0, len(text)-500):] }

// The batch script is what Slurm reads, and does under Slurm's variables and
// signals what it says. Slurm itself is not there.
func TestSlurmExample(t *testing.T) {
	bash, err := exec.LookPath("bash")
	if err != nil {
		t.Skip("wants bash")
	}
	script, err := filepath.Abs("examples/slurm.sbatch")
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(script)
	if err != nil {
		t.Fatal(err)
	}
	head, _, _ := strings.Cut(string(text), "\n\n") // Slurm reads directives up to the first command
	directives := map[string]string{}
	for _, d := range regexp.MustCompile(`(?m)^#SBATCH --([a-z-]+)(?:=(\S+))?$`).FindAllStringSubmatch(head, -1) {
		directives[d[1]] = d[2]
	}
	if n := strings.Count(string(text), "#SBATCH --"); n != len(directives)+1 { // one in a comment
		t.Errorf("%d directives, of which %d are read: %v", n, len(directives)+1, directives)
	}
	for name, want := range map[string]string{"requeue": `^$`, "open-mode": `^append$`, "signal": `^B:USR1@\d+$`, "array": `^\d+-\d+$`, "output": `%A.*%a`} {
		if got, ok := directives[name]; !ok || !regexp.MustCompile(want).MatchString(got) {
			t.Errorf("--%s=%s, want %s", name, got, want)
		}
	}
	if out, err := exec.Command(bash, "-n", script).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}

	kernel, home, programs := kernelPath(t), t.TempDir(), t.TempDir()
	requeued := filepath.Join(programs, "requeued")
	scontrol := "#!/bin/sh\necho \"$@\" >> " + requeued + "\n"
	if err := os.WriteFile(filepath.Join(programs, "scontrol"), []byte(scontrol), 0o755); err != nil {
		t.Fatal(err)
	}
	first, last, _ := strings.Cut(directives["array"], "-")
	from, _ := strconv.Atoi(first)
	to, _ := strconv.Atoi(last)
	task := func(id int, runs string, args ...string) *exec.Cmd {
		cmd := exec.Command(bash, append([]string{script, "-runs", runs}, args...)...)
		cmd.Env = alone(t, home, "PATH="+programs+":"+os.Getenv("PATH"), "GOSUBSPACE="+kernel, "SLURM_JOB_ID="+strconv.Itoa(1000+id),
			"SLURM_ARRAY_TASK_ID="+strconv.Itoa(id), "SLURM_ARRAY_TASK_MIN="+first, "SLURM_ARRAY_TASK_MAX="+last,
			"SLURM_ARRAY_TASK_COUNT="+strconv.Itoa(to-from+1))
		return cmd
	}

	// All tasks at once, in one folder of runs.
	runs, grid := t.TempDir(), append([]string{"-figure", "7", "-seeds", "2"}, small...)
	outs := make([]string, to-from+1)
	var group sync.WaitGroup
	for k := range outs {
		group.Go(func() {
			out, err := task(from+k, runs, grid...).CombinedOutput()
			if err != nil {
				t.Errorf("task %d: %v: %s", from+k, err, out)
			}
			outs[k] = string(out)
		})
	}
	group.Wait()
	for k, out := range outs {
		if !strings.Contains(out, fmt.Sprintf("shard %d of %d: ", k+1, len(outs))) {
			t.Errorf("task %d: %s", from+k, tail(out))
		}
	}
	merged := exec.Command(kernel, append([]string{"train", "-runs", runs, "-dry-run"}, grid...)...)
	merged.Env = alone(t, home)
	if out, err := merged.CombinedOutput(); err != nil || !strings.Contains(string(out), "16 runs, 16 of them made") {
		t.Errorf("after all tasks: %v, %s", err, out)
	}

	// Out of time: a checkpoint, and the task is queued again. Preempted or
	// cancelled: a checkpoint alone.
	for _, c := range []struct {
		signal   syscall.Signal
		requeued string
	}{{syscall.SIGTERM, ""}, {syscall.SIGUSR1, "requeue 1001\n"}} {
		runs := t.TempDir()
		status, said := stopIn(t, task(1, runs, long...), c.signal)
		if status != 130 || !strings.Contains(said, "interrupted after step") {
			t.Errorf("%v: exit status %d, want 130: %s", c.signal, status, tail(said))
		}
		if got, _ := os.ReadFile(requeued); string(got) != c.requeued {
			t.Errorf("%v: scontrol was called with %q, want %q", c.signal, got, c.requeued)
		}
		out, err := task(1, runs, long...).CombinedOutput()
		if err != nil || strings.Contains(string(out), "epoch 1 of") || !strings.Contains(string(out), "midpoint") {
			t.Errorf("%v: the task did not go on: %v, %s", c.signal, err, tail(string(out)))
		}
	}
	// A wrong command line is not tried again.
	out, err := task(1, runs, "-figure", "9").CombinedOutput()
	if got, _ := os.ReadFile(requeued); err == nil || strings.Count(string(got), "\n") != 1 {
		t.Errorf("a wrong command line: %v, %s; scontrol %q", err, out, got)
	}
}

// The Job is one, field for field; its number of pods is that of its shards, and
// together they make the grid once.
func TestKubernetesExample(t *testing.T) {
	file, err := os.Open("examples/kubernetes.yaml")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	type header struct {
		APIVersion string `yaml:"apiVersion"`
		Kind       string
		Metadata   struct{ Name string }
	}
	var claim struct {
		header `yaml:",inline"`
		Spec   struct {
			AccessModes []string `yaml:"accessModes"`
			Resources   struct{ Requests map[string]string }
		}
	}
	var job struct {
		header `yaml:",inline"`
		Spec   struct {
			CompletionMode           string `yaml:"completionMode"`
			Completions, Parallelism int
			BackoffLimitPerIndex     int `yaml:"backoffLimitPerIndex"`
			PodFailurePolicy         struct {
				Rules []struct {
					Action          string
					OnPodConditions []struct{ Type string } `yaml:"onPodConditions"`
					OnExitCodes     *struct {
						ContainerName string `yaml:"containerName"`
						Operator      string
						Values        []int
					} `yaml:"onExitCodes"`
				}
			} `yaml:"podFailurePolicy"`
			Template struct {
				Spec struct {
					RestartPolicy   string         `yaml:"restartPolicy"`
					GracePeriod     int            `yaml:"terminationGracePeriodSeconds"`
					SecurityContext map[string]any `yaml:"securityContext"`
					Containers      []struct {
						Name, Image  string
						Args         []string
						Env          []struct{ Name, Value string }
						Resources    struct{ Requests, Limits map[string]string }
						VolumeMounts []struct {
							Name      string
							MountPath string `yaml:"mountPath"`
						} `yaml:"volumeMounts"`
					}
					Volumes []struct {
						Name  string
						Claim struct {
							Name string `yaml:"claimName"`
						} `yaml:"persistentVolumeClaim"`
					}
				}
			}
		}
	}
	documents := yaml.NewDecoder(file)
	documents.KnownFields(true) // a misspelt field would be ignored, or refused, by a cluster
	for _, into := range []any{&claim, &job} {
		if err := documents.Decode(into); err != nil {
			t.Fatal(err)
		}
	}
	if err := documents.Decode(&struct{}{}); err != io.EOF {
		t.Errorf("a third document: %v", err)
	}
	pod := job.Spec.Template.Spec
	if len(pod.Containers) != 1 || len(pod.Volumes) != 1 || len(pod.Containers[0].VolumeMounts) != 1 || len(pod.Containers[0].Env) != 1 {
		t.Fatalf("want one container with one volume: %+v", pod)
	}
	c, n := pod.Containers[0], job.Spec.Completions
	for what, ok := range map[string]bool{
		"a claim of a volume that several nodes write": claim.APIVersion == "v1" && claim.Kind == "PersistentVolumeClaim" &&
			slices.Equal(claim.Spec.AccessModes, []string{"ReadWriteMany"}) && claim.Spec.Resources.Requests["storage"] != "",
		"an indexed Job":             job.APIVersion == "batch/v1" && job.Kind == "Job" && job.Spec.CompletionMode == "Indexed",
		"all shards at once":         n > 1 && job.Spec.Parallelism == n,
		"as many shards as pods":     len(c.Args) > 1 && slices.Equal(c.Args[len(c.Args)-2:], []string{"-shard", fmt.Sprintf("/%d", n)}),
		"the train command":          c.Args[0] == "train" && c.Image != "",
		"retries of each shard":      job.Spec.BackoffLimitPerIndex > 0 && pod.RestartPolicy == "Never", // the one wants the other
		"the time for a checkpoint":  pod.GracePeriod >= 60,
		"the claim mounted":          pod.Volumes[0].Claim.Name == claim.Metadata.Name && pod.Volumes[0].Name == c.VolumeMounts[0].Name,
		"the home on the volume":     c.Env[0].Name == "GOSUBSPACE_HOME" && c.Env[0].Value == c.VolumeMounts[0].MountPath,
		"requests of CPU and memory": c.Resources.Requests["cpu"] != "" && c.Resources.Requests["memory"] != "" && c.Resources.Limits["memory"] != "",
		"names": job.Metadata.Name == "gosubspace" && claim.Metadata.Name == "gosubspace" &&
			pod.SecurityContext["runAsNonRoot"] == true,
	} {
		if !ok {
			t.Errorf("want %s: %+v %+v", what, claim, job)
		}
	}
	rules := job.Spec.PodFailurePolicy.Rules
	if len(rules) != 2 || rules[0].Action != "Ignore" || len(rules[0].OnPodConditions) != 1 || rules[0].OnPodConditions[0].Type != "DisruptionTarget" ||
		rules[1].OnExitCodes == nil || rules[1].OnExitCodes.ContainerName != c.Name || rules[1].OnExitCodes.Operator != "In" ||
		!slices.Equal(rules[1].OnExitCodes.Values, []int{2}) || rules[1].Action != "FailJob" { // 2: see Main
		t.Errorf("pod failure policy %+v", rules)
	}

	kernel, home := kernelPath(t), t.TempDir()
	command := func(index int, more ...string) *exec.Cmd {
		cmd := exec.Command(kernel, slices.Concat(c.Args, small, more)...)
		cmd.Env = alone(t, home, "JOB_COMPLETION_INDEX="+strconv.Itoa(index))
		return cmd
	}
	made := map[string]int{}
	line := regexp.MustCompile(`(?m)^(digits.*-seed\d+): `)
	for k := range n {
		out, err := command(k).Output()
		if err != nil || !strings.Contains(string(out), fmt.Sprintf("shard %d of %d: ", k+1, n)) {
			t.Fatalf("pod %d: %v, %s", k, err, out)
		}
		for _, name := range line.FindAllStringSubmatch(string(out), -1) {
			made[name[1]]++
		}
	}
	out, err := command(0, "-shard", "all", "-dry-run").CombinedOutput()
	if err != nil || !strings.Contains(string(out), fmt.Sprintf("%d runs, %[1]d of them made", len(made))) {
		t.Errorf("%d runs are made: %v, %s", len(made), err, out)
	}
	for name, times := range made {
		if times != 1 {
			t.Errorf("%s was made %d times", name, times)
		}
	}
	if err := command(n).Run(); err == nil {
		t.Errorf("pod %d of %d was not refused", n, n)
	}
}

// The script for a GPU does every step, also where one fails, and says what came of
// it; a run that is there it does not make again; without time it does nothing.
func TestGPUExample(t *testing.T) {
	// What alone hides is not looked for; what is found then, the script finds too.
	t.Setenv("GOSUBSPACE_HOME", t.TempDir())
	for _, variable := range []string{"VIRTUAL_ENV", "CONDA_PREFIX", "PJRT_PLUGIN_LIBRARY_PATH"} {
		t.Setenv(variable, "")
	}
	for _, p := range backend.Plugins() {
		if p.Kind == backend.CUDA { // of which a run in TF32 is no error
			t.Skipf("this machine has a CUDA plugin that cannot be hidden: %s", p.Path)
		}
	}
	bin, out := t.TempDir(), t.TempDir()
	for name, command := range map[string]string{"gosubspace": "exec '" + kernelPath(t) + `' "$@"`, "parity.test": "echo PASS"} {
		if err := os.WriteFile(filepath.Join(bin, name), []byte("#!/bin/sh\n"+command+"\n"), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	report := func(seconds string) string {
		cmd := exec.Command("bash", "examples/gpu.sh", out, seconds)
		cmd.Env = alone(t, t.TempDir(), "BIN="+bin, "PRESET=quick", "FLAGS="+strings.Join(small, " "))
		if said, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%v: %s", err, said)
		}
		text, err := os.ReadFile(filepath.Join(out, "report.txt"))
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	if said := report("0"); !strings.Contains(said, "standard: no time left\n") {
		t.Errorf("without time: %s", said)
	}
	said := report("10000")
	for _, want := range []string{
		`parity: status 0, \d+ s, PASS`,
		`epoch-tf32: status 1, .*TF32`,
		`epoch-float32: status 0, .*images/s`,
		`layerwise-line: status 0, .*images/s`,
		`line-wrong-labels: status 0, .*images/s`,
		`figure-2: status 0, `,
		`done after \d+ s`,
	} {
		if !regexp.MustCompile("(?m)^" + want).MatchString(said) {
			t.Errorf("no line %q in %s", want, said)
		}
	}
	if records, err := place.Glob(filepath.Join(out, "records"), "*.json"); err != nil || len(records) < 8 {
		t.Errorf("%d records, %v: want those of 8 runs", len(records), err)
	}
}
