"""What the labelling window shows is read here, in a thread of its own.

Takes what is wanted next (`wanted`), and gives pairs with their pictures and sounds (`loader`,
`decoding`, `sound`), a person's earlier answers (`answers`), and the live numbers.
"""
