package main

import (
	"context"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"

	"gosubspace/subspace/experiment"
	"gosubspace/subspace/metric"
)

// printPoints prints what a run was scored at, and the folder that it lies in.
func printPoints(r experiment.Result, dir string, stdout io.Writer) {
	for _, p := range r.Points {
		where := fmt.Sprintf("weights %.3v", p.Weights)
		if p.Alpha != nil {
			where = fmt.Sprintf("α = %.2f", *p.Alpha)
		}
		printScores(stdout, where, p.Scores)
	}
	for i, s := range r.AsRead {
		printScores(stdout, fmt.Sprintf("network %d as it was read", i+1), s)
	}
	for _, e := range r.Ensembles {
		where := fmt.Sprintf("ensemble of %d", len(e.Points))
		if e.Alpha != nil {
			where = fmt.Sprintf("ensemble α, 1−α = %.2f", *e.Alpha)
		}
		printScores(stdout, where, e.Scores)
	}
	for _, c := range r.Corrupted {
		printScores(stdout, fmt.Sprintf("%s, severity %d", c.Corruption, c.Severity), c.Scores)
	}
	if c := r.Calibration; c != nil && c.HeldOut != nil {
		printScores(stdout, "validation split", *c.HeldOut)
		if c.Scaled != nil { // a small split may have no best temperature
			printScores(stdout, fmt.Sprintf("at temperature %.2f", c.Temperature), *c.Scaled)
		}
	}
	speed := ""
	if r.Speed() > 0 {
		speed = fmt.Sprintf(" (%.0f images/s)", r.Speed())
	}
	fmt.Fprintf(stdout, "  on %s, %s training%s, %s scoring; %s\n", strings.Join(r.Devices, " and "),
		seconds(r.Training), speed, seconds(r.Evaluation), dir)
}

func printScores(stdout io.Writer, where string, s metric.Scores) {
	fmt.Fprintf(stdout, "  %-24s accuracy %6.2f %%  NLL %.4f  ECE %5.2f %%  Brier %.4f\n", where, 100*s.Accuracy, s.NLL, 100*s.ECE, s.Brier)
}

// dryRun lists the runs that are needed, and how long they will take.
func dryRun(ctx context.Context, configs []experiment.Config, o experiment.Options, stdout io.Writer) error {
	plan, err := experiment.Plan(ctx, configs, o)
	if err != nil {
		return err
	}
	estimates, err := experiment.Estimate(ctx, plan, o)
	if err != nil {
		return err
	}
	table := tabwriter.NewWriter(stdout, 0, 0, 3, ' ', 0)
	fmt.Fprintln(table, "run\timages trained on\timages scored\ttime")
	var total time.Duration
	made := 0
	for i, p := range plan {
		when := "made"
		if p.Made {
			made++
		} else {
			when = estimates[i].Round(time.Second).String()
		}
		total += estimates[i]
		fmt.Fprintf(table, "%s\t%d\t%d\t%s\n", p.Config.Name(), p.Trained, p.Scored, when)
	}
	table.Flush()
	fmt.Fprintf(stdout, "%s, %d of them made; about %s for the rest, one after the other on this machine\n", experiment.Count(len(plan), "run"), made, total.Round(time.Second))
	return nil
}

func seconds(s float64) time.Duration {
	return time.Duration(s * float64(time.Second)).Round(100 * time.Millisecond)
}
