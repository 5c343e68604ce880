package corruption_test

import (
	"fmt"
	"log"

	"gosubspace/subspace/corruption"
	"gosubspace/subspace/dataset"
)

// A digit, clean and under snow of severity 1, 3 and 5.
func ExampleApply() {
	data, err := dataset.Digits()
	if err != nil {
		log.Fatal(err)
	}
	sets := []*dataset.Set{data.Test}
	for _, severity := range []int{1, 3, 5} {
		snowy, err := corruption.Apply(data.Test, "snow", severity, 1)
		if err != nil {
			log.Fatal(err)
		}
		sets = append(sets, snowy)
	}
	for y := range 8 {
		for _, s := range sets {
			fmt.Print("|")
			for x := range 8 {
				fmt.Printf("%c", " .:-=+*#%@"[int(s.Pixels[8*y+x])*9/255])
			}
			fmt.Print("|")
		}
		fmt.Println()
	}
	fmt.Println(sets[3].Name)
	// Output:
	// |  :#+   ||  -#+   ||. -%+.. ||..=@#:..|
	// |  #%+%: ||  #%*%- || .%@*@= ||..@@#@=.|
	// | .%. *= || :%. *+ || :@..%+ ||.-@:.%*.|
	// | :*  == || :#  =+ || -# .++ ||.=%..**.|
	// | :=  += || -=  ++ || -+. ++ ||.=*..**.|
	// | :*  *- || :*  #= || -%..#+ ||.=%.:%*.|
	// | .#:+*  || .%-*#  || :%-*#. ||.:@=#%..|
	// |  -#+   ||  -#*   || .=%*  .||..+@#...|
	// digits/test snow 5
}
