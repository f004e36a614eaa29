"""What is sold without an hour: a performance that never begins stands for it, so that baskets, orders and payments are
the same as everywhere."""
