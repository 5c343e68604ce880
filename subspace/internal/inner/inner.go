// Package inner is what backends have in common that are built around another one: a
// function of theirs stands for one that the inner backend made, which must get its own
// back wherever it is handed a function.
package inner

import "github.com/gomlx/compute"

// A Function stands for the one that it embeds. A backend's function embeds it, and
// replaces Builder and Closure, whose results are the backend's.
type Function struct{ compute.Function }

// inner returns the function that f stands for.
func (f Function) inner() compute.Function { return f.Function }

// of returns what f stands for, f itself where it is no function of an outer backend.
func of(f compute.Function) compute.Function {
	if outer, is := f.(interface{ inner() compute.Function }); is {
		return outer.inner()
	}
	return f
}

// Call, Sort, While and If take functions.

func (f Function) Call(g compute.Function, inputs ...compute.Value) ([]compute.Value, error) {
	return f.Function.Call(of(g), inputs...)
}

func (f Function) Sort(comparator compute.Function, axis int, isStable bool, inputs ...compute.Value) ([]compute.Value, error) {
	return f.Function.Sort(of(comparator), axis, isStable, inputs...)
}

func (f Function) While(condition, body compute.Function, state ...compute.Value) ([]compute.Value, error) {
	return f.Function.While(of(condition), of(body), state...)
}

func (f Function) If(predicate compute.Value, yes, no compute.Function) ([]compute.Value, error) {
	return f.Function.If(predicate, of(yes), of(no))
}
