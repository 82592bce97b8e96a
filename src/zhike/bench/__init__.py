"""The budgets of the product, measured as ratios within one run: what a page costs against what it could cost.

`ground` keeps databases of believable data under `var/bench/`, `floors` are the bare views the product is compared
with, `budgets` has one module per budget. `./zhike bench` runs it in a process of its own.
"""
