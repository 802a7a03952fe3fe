"""What is heard: how loud it is, how it is made right, where it is silent, what is wrong."""
