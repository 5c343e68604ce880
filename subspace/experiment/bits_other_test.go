//go:build !linux

package experiment

import "errors"

func makeBits(string, string) error { return errors.New("one core or all is for Linux to say") }
