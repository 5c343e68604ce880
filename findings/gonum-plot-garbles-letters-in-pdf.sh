#!/usr/bin/env bash
# gonum/plot v0.17.0 garbles every letter in a PDF that is not ASCII.
#
# It embeds its font in a PDF by a code page of one byte a letter, cp1252, and hands the
# text on as it is in Go, as UTF-8: each byte becomes a letter. So not only letters are
# lost that cp1252 does not have, such as α and ≥, but also those that it has, such as é
# and ±. Save returns no error, and the PNG and the SVG of the same plot are right.
#
# Seen: "Â±" for "±" and "Î±" for "α". The script fails when that changes.
# Needs go and python3; works in a temporary folder, with pypdfium2 5.15.2 as the
# reader of the PDF.
set -euo pipefail
dir=$(mktemp -d)
trap '[ $? = 0 ] || cat "$dir/err" >&2; chmod -R u+w "$dir"; rm -rf "$dir"' EXIT
cd "$dir"
go mod init finding 2>>"$dir/err"
cat >main.go <<'GO'
package main

import "gonum.org/v1/plot"

func main() {
	for _, file := range []string{"plot.pdf", "plot.svg"} {
		p := plot.New()
		p.Title.Text = "accuracy 0.9 ± 0.1"
		p.X.Label.Text = "α along the line"
		p.Y.Label.Text = "café"
		p.Y.Min, p.Y.Max = 0, 1
		p.X.Min, p.X.Max = 0, 1
		if err := p.Save(300, 300, file); err != nil {
			panic(err)
		}
	}
}
GO
GOFLAGS=-mod=mod go get gonum.org/v1/plot@v0.17.0 2>>"$dir/err"
GOFLAGS=-mod=mod go run . 2>>"$dir/err"
grep -q 'accuracy 0.9 ± 0.1<' plot.svg
grep -q 'α along the line<' plot.svg
grep -q 'café<' plot.svg
python3 -m venv env
env/bin/pip install --quiet --disable-pip-version-check pypdfium2==5.15.2
PYTHONIOENCODING=utf-8 env/bin/python - <<'PY' | tee said
from pypdfium2 import PdfDocument

print(PdfDocument("plot.pdf")[0].get_textpage().get_text_range())
PY
grep -q 'accuracy 0.9 Â± 0.1' said
grep -q 'Î± along the line' said
grep -q 'cafÃ©' said
