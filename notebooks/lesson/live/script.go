package live

import _ "embed"

// Script is the page's side: the JavaScript function liveCell.
//
//go:embed live.js
var Script string
