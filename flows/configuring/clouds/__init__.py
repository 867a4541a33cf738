"""What clouds share: values with their places, rules between groups of interfaces, labels and what they select."""
