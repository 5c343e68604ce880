// Command kernel sets up and opens the notebooks.
package main

func main() {}
