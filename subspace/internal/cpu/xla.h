#ifndef GOSUBSPACE_XLA_H
#define GOSUBSPACE_XLA_H

// register_calls makes the plugin of a path, which is loaded already, know
// the calls of convolutions, of batch norm's sums and of random numbers. It returns
// null, or what is wrong.
const char *register_calls(const char *plugin);

#endif
