package dataset_test

import (
	"fmt"
	"log"
	"math/rand/v2"

	"gosubspace/subspace/dataset"
)

func ExampleDigits() {
	data, err := dataset.Digits()
	if err != nil {
		log.Fatal(err)
	}
	first := data.Test.Pixels[:64]
	for y := range 8 {
		fmt.Print("|")
		for x := range 8 {
			fmt.Printf("%c", " .:+#"[int(first[8*y+x])*4/255])
		}
		fmt.Println("|")
	}
	fmt.Println("is a", data.Test.Classes[data.Test.Labels[0]])
	// Output:
	// |  .+:   |
	// |  ++:+. |
	// |  +  :: |
	// | .:  :: |
	// | .:  :: |
	// | .:  :. |
	// |  +.::  |
	// |  .+:   |
	// is a 0
}

// An epoch, batch by batch, the last one shorter.
func ExampleData_Fill() {
	data, err := dataset.Digits()
	if err != nil {
		log.Fatal(err)
	}
	const seed, epoch, batch = 1, 0, 256
	images := make([]float32, batch*8*8)
	labels := make([]int32, batch)
	rng := rand.New(rand.NewPCG(seed, epoch))
	order := dataset.Order(data.Train.Len(), seed, epoch)
	for start := 0; start < len(order); start += batch {
		index := order[start:min(start+batch, len(order))]
		if err := data.Fill(images, labels, data.Train, index, dataset.Augment{Pad: 1}, rng); err != nil {
			log.Fatal(err)
		}
		fmt.Println(len(index), "images, the first of class", labels[0])
	}
	// Output:
	// 256 images, the first of class 9
	// 256 images, the first of class 4
	// 256 images, the first of class 1
	// 256 images, the first of class 1
	// 256 images, the first of class 3
	// 17 images, the first of class 3
}

func ExampleSet_Subset() {
	data, err := dataset.Digits()
	if err != nil {
		log.Fatal(err)
	}
	few, err := data.Train.Subset(100, 1)
	if err != nil {
		log.Fatal(err)
	}
	perClass := make([]int, len(few.Classes))
	for _, label := range few.Labels {
		perClass[label]++
	}
	fmt.Println(few.Name, perClass)
	// Output: digits/train[100, seed 1] [10 10 10 10 10 10 10 10 10 10]
}

// A study of 100 training images that chooses its learning rate on 50 others.
func ExampleSet_Split() {
	data, err := dataset.Digits()
	if err != nil {
		log.Fatal(err)
	}
	train, held, err := data.Train.Split(100, 50)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(train.Len(), train.Name)
	fmt.Println(held.Len(), held.Name)
	// Output:
	// 100 digits/train[100, seed 0]
	// 50 digits/train[50 held out]
}

func ExampleSet_WrongLabels() {
	data, err := dataset.Digits()
	if err != nil {
		log.Fatal(err)
	}
	spoilt, err := data.Train.WrongLabels(0.2, false)
	if err != nil {
		log.Fatal(err)
	}
	wrong := 0
	for i, label := range spoilt.Labels {
		if label != data.Train.Labels[i] {
			wrong++
		}
	}
	fmt.Printf("%s: %d of %d", spoilt.Name, wrong, spoilt.Len())
	// Output: digits/train, 20 % wrong labels: 259 of 1297
}
