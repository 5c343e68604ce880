#ifndef GOSUBSPACE_GEOMETRY_H
#define GOSUBSPACE_GEOMETRY_H

// A convolution of images [batch, height, width, channels] with a kernel
// [kernel_height, kernel_width, channels, out_channels] to
// [batch, out_height, out_width, out_channels], all float32 and row-major.
// The images are dilated (dilation−1 zeros between pixels), padded at the top
// and the left (at the bottom and the right by what the output needs), and then
// the kernel goes over them by a stride. One of stride and dilation is 1.
struct convolution {
	int batch, height, width, channels;
	int kernel_height, kernel_width;
	int out_height, out_width, out_channels;
	int stride, dilation, top, left;
};

#endif
