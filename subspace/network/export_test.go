package network

// StemOf7 is the stem of [WideResNet50x2].
var StemOf7 = stemOf7
