"""What the dialect of PAN-OS is made of: its two written forms, its objects, its rules."""
