"""Reading pages by what a source file says of them."""
