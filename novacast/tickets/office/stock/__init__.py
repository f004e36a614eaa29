"""What is sold of a performance, and how much of it there is: kinds of tickets and quotas."""
