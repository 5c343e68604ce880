package speed

// Size is how much is measured.
type Size struct {
	Quick bool `json:"quick,omitempty"` // too little for any number to mean something

	Width, Side, Batch  int
	Narrow, NarrowBatch int // the small preset's width and batch
	Warm, Screen        int // samples before any count; turns that choose PyTorch's setting
	Blocks, Block       int // each worker's turns, and the samples of a turn that count

	Point      Amount // the evaluation at a point
	Line       Amount // at points of a line
	Plane      Amount // at a row of the points of a plane
	Small      Amount // an evaluation that chooses PyTorch's setting
	Evaluated  int    // samples of each
	Starts     int    // processes that are started to see how long that takes
	Memories   int    // processes that are started to see how much memory they take
	Cells      int    // cells that are built and run
	Endpoints  []int  // numbers of endpoints of which cost is measured
	Widths     []int  // widths of the network
	Points     []int  // numbers of points
	CostBlocks int    // as Blocks, of the steps of which cost is measured
}

// planeSide is the number of points on a side of the plane, of which a row is
// measured.
const planeSide = 21

// FullSize is what the table in README.md is measured with.
func FullSize() Size {
	return Size{
		Width: 16, Side: 32, Batch: 128, Narrow: 8, NarrowBatch: 32, Warm: 5, Screen: 4, Blocks: 6, Block: 4,
		Point: Amount{Points: 1, Recalibration: 10_000, Test: 10_000, TestBatch: 250},
		Line:  Amount{Points: 21, Recalibration: 256, Test: 250, TestBatch: 250},
		Plane: Amount{Points: planeSide, Recalibration: 128, Test: 250, TestBatch: 250},
		Small: Amount{Points: 1, Recalibration: 512, Test: 500, TestBatch: 250}, Evaluated: 3, Starts: 3, Memories: 7, Cells: 5,
		Endpoints: []int{1, 2, 3, 4, 5, 6, 7, 8}, Widths: []int{8, 16, 32, 64}, Points: []int{1, 6, 11, 16, 21}, CostBlocks: 2,
	}
}

// QuickSize is what shows in seconds that everything works.
func QuickSize() Size {
	tiny := Amount{Points: 2, Recalibration: 16, Test: 16, TestBatch: 8}
	return Size{
		Quick: true, Width: 2, Side: 8, Batch: 8, Narrow: 1, NarrowBatch: 4, Warm: 1, Screen: 1, Blocks: 2, Block: 1,
		Point: tiny.with(Amount{Points: 1}), Line: tiny, Plane: tiny, Small: tiny, Evaluated: 1, Starts: 1, Memories: 2, Cells: 1,
		Endpoints: []int{1, 2}, Widths: []int{2, 4}, Points: []int{1, 2}, CostBlocks: 1,
	}
}
