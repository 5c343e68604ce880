package checkout

import (
	"errors"
	"fmt"
	"regexp"
	"runtime"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// A PackageList is what environment.yml asks for.
type PackageList struct {
	Python string // the oldest Python, for example "3.10"
	Pins   []Pin
}

// A Pin is one Python package at one version, where its marker holds.
type Pin struct {
	Name, Version string
	marker        []clause // all must hold
}

// A clause of a marker compares a variable with a value, for example
// sys_platform == "linux".
type clause struct {
	variable string
	equal    bool
	value    string
}

func (p Pin) String() string { return p.Name + "==" + p.Version }

// platform is where packages are to be installed, in the terms of markers.
type platform map[string]string

// thisPlatform describes the machine. With cuda, the packages for NVIDIA GPUs
// are wanted too.
func thisPlatform(cuda bool) platform {
	p := platform{"sys_platform": runtime.GOOS, "platform_machine": runtime.GOARCH, "extra": ""}
	switch runtime.GOOS {
	case "windows":
		p["sys_platform"] = "win32"
	}
	switch {
	case runtime.GOARCH == "amd64" && runtime.GOOS == "windows":
		p["platform_machine"] = "AMD64"
	case runtime.GOARCH == "amd64":
		p["platform_machine"] = "x86_64"
	case runtime.GOARCH == "arm64" && runtime.GOOS == "linux":
		p["platform_machine"] = "aarch64"
	}
	if cuda {
		p["extra"] = "cuda"
	}
	return p
}

// Here returns the pins that this machine wants, with those for NVIDIA GPUs or
// without.
func (l PackageList) Here(cuda bool) []Pin { return l.on(thisPlatform(cuda)) }

// on returns the pins whose markers hold on the platform.
func (l PackageList) on(where platform) []Pin {
	var pins []Pin
	for _, p := range l.Pins {
		if !slices.ContainsFunc(p.marker, func(c clause) bool { return (where[c.variable] == c.value) != c.equal }) {
			pins = append(pins, p)
		}
	}
	return pins
}

var (
	pinLine    = regexp.MustCompile(`^([A-Za-z0-9][A-Za-z0-9._-]*) *== *([A-Za-z0-9][A-Za-z0-9.+!_-]*)$`)
	clauseText = regexp.MustCompile(`^(sys_platform|platform_machine|extra) *(==|!=) *(?:"([^"]*)"|'([^']*)')$`)
	pythonLine = regexp.MustCompile(`^python *>= *([0-9]+\.[0-9]+)$`)
)

// parsePackages reads environment.yml: a conda environment whose dependencies
// are python>=X.Y, pip, and a list for pip in which every package is pinned.
func parsePackages(text []byte) (PackageList, error) {
	var file struct {
		Dependencies []yaml.Node `yaml:"dependencies"`
	}
	if err := yaml.Unmarshal(text, &file); err != nil {
		return PackageList{}, err
	}
	var list PackageList
	for _, node := range file.Dependencies {
		var line string
		var sub map[string][]string
		switch {
		case node.Decode(&line) == nil && node.Kind == yaml.ScalarNode:
			if m := pythonLine.FindStringSubmatch(line); m != nil {
				list.Python = m[1]
			} else if line != "pip" {
				return PackageList{}, fmt.Errorf("line %d: %q is neither python>=X.Y nor pip; packages belong in the pip list", node.Line, line)
			}
		case node.Decode(&sub) == nil && len(sub) == 1 && sub["pip"] != nil:
			for _, line := range sub["pip"] {
				p, err := parsePin(line)
				if err != nil {
					return PackageList{}, err
				}
				list.Pins = append(list.Pins, p)
			}
		default:
			return PackageList{}, fmt.Errorf("line %d: want a package or a pip list", node.Line)
		}
	}
	switch {
	case list.Python == "":
		return PackageList{}, errors.New("dependencies lack python>=X.Y")
	case len(list.Pins) == 0:
		return PackageList{}, errors.New("dependencies lack a pip list")
	}
	return list, nil
}

// parsePin reads a line such as `name==1.2 ; sys_platform == "linux"`.
func parsePin(line string) (Pin, error) {
	spec, marker, marked := strings.Cut(line, ";")
	m := pinLine.FindStringSubmatch(strings.TrimSpace(spec))
	if m == nil {
		return Pin{}, fmt.Errorf("%q: want name==version", line)
	}
	p := Pin{Name: m[1], Version: m[2]}
	if !marked {
		return p, nil
	}
	for part := range strings.SplitSeq(marker, " and ") {
		m := clauseText.FindStringSubmatch(strings.TrimSpace(part))
		if m == nil {
			return Pin{}, fmt.Errorf("%q: want a marker of sys_platform, platform_machine and extra, compared by == or != and joined by and", line)
		}
		p.marker = append(p.marker, clause{variable: m[1], equal: m[2] == "==", value: m[3] + m[4]})
	}
	return p, nil
}

// Missing returns the pins that the installed packages do not meet.
// Installed maps names to versions.
func Missing(pins []Pin, installed map[string]string) []Pin {
	var lacking []Pin
	for _, p := range pins {
		if installed[Normal(p.Name)] != p.Version {
			lacking = append(lacking, p)
		}
	}
	return lacking
}

var separators = regexp.MustCompile(`[-_.]+`)

// Normal is a package's name as package indexes compare it.
func Normal(name string) string {
	return strings.ToLower(separators.ReplaceAllString(name, "-"))
}

// JoinPins lists pins.
func JoinPins(pins []Pin) string {
	names := make([]string, len(pins))
	for i, p := range pins {
		names[i] = p.String()
	}
	return strings.Join(names, ", ")
}
