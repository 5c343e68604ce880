package main

import (
	"context"
	"errors"
	"fmt"
	"math"
	"path/filepath"
	"strings"

	"gosubspace/kernel/internal/page"
	"gosubspace/subspace/experiment"
	"gosubspace/subspace/explore"
	"gosubspace/subspace/metric"
	"gosubspace/subspace/place"
)

// pages makes a page of each shipped subspace that one can move in, with the
// photographs beside it alone, and writes it to a folder where one is named.
func (v *verifier) pages(ctx context.Context, folder string) error {
	paths, err := place.Files(filepath.Join(v.dir, "endpoints"), ".safetensors")
	if err != nil {
		return err
	}
	for _, path := range paths {
		if err := v.page(ctx, path, folder); err != nil {
			return err
		}
	}
	return nil
}

func (v *verifier) page(ctx context.Context, path, folder string) error {
	s, err := experiment.OpenShipped(path, nil)
	if err != nil {
		return nil // has been said, of its scores
	}
	defer s.Close()
	title := strings.TrimSuffix(filepath.Base(path), ".safetensors")
	kept := ""
	if folder != "" {
		kept = filepath.Join(folder, "explore-"+title+".html")
		if err := willBePage(kept); err != nil {
			return err
		}
	}
	opened := &explorable{source: source{title: title, file: path}, config: s.Config}
	if opened.viewer, err = explore.OpenShipped(s, explore.Options{}); err != nil {
		v.fail("no page can be made of %s: %v", path, err)
		return nil
	}
	defer opened.close()
	p, err := page.Measure(ctx, opened.viewer, page.Options{})
	if errors.Is(err, page.ErrNoPlace) {
		return nil
	}
	if err != nil {
		return err
	}
	opened.describe(p)
	file, err := p.File()
	if err != nil {
		return err
	}
	if len(file) > page.Limit {
		v.fail("the page of %s has %d bytes, more than %d", path, len(file), page.Limit)
	}
	n, err := v.pageDiffers(ctx, s, p)
	if err != nil {
		return err
	}
	fmt.Fprintf(v.stdout, "page of %s: %d points, %.2f MB; at %d of them as the file has it\n", title, p.Grid.Len(), float64(len(file))/1e6, n)
	if kept == "" {
		return nil
	}
	return place.WriteFile(kept, file)
}

// pageDiffers compares a page with the file at the points that have statistics there,
// and returns at how many.
func (v *verifier) pageDiffers(ctx context.Context, s *experiment.Shipped, p *page.Page) (n int, err error) {
	photographs, err := explore.Samples(s)
	if err != nil {
		return 0, err
	}
	classes := len(s.Classes())
	for i, at := range p.At {
		j := s.At(at)
		if j < 0 {
			continue
		}
		n++
		logits, err := s.Logits(ctx, j, photographs)
		if err != nil {
			return n, err
		}
		for k, want := range metric.Softmax(logits, classes) {
			if got := p.Photographs[k/classes].Probabilities[i][k%classes]; math.Abs(got-want) > 1e-3 {
				v.fail("the page of %s gives photograph %d at %.3v a probability of %.4f for %s, the file %.4f", s.Path, k/classes+1, at, got, p.Classes[k%classes], want)
				return n, nil
			}
		}
	}
	if n == 0 {
		v.fail("the page of %s measures no point that the file has statistics of", s.Path)
	}
	return n, nil
}
