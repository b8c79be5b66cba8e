namespace Sealpost.App.Demo;

/// <summary>Names that go together, and how often people who bear them prefer Spanish.</summary>
internal sealed record SyntheticOrigin(int Weight, double Spanish, string[] Women, string[] Men, string[] Families);

/// <summary>Names of varied origins.</summary>
internal static class SyntheticNames
{
    /// <summary>Origins, each as often as its weight says.</summary>
    public static readonly IReadOnlyList<SyntheticOrigin> Origins =
    [
        new(34, 0,
            Split("Mary Patricia Linda Barbara Susan Karen Nancy Margaret Sandra Emily Ashley Kimberly Donna Carol Michelle Amanda Melissa Deborah Rebecca Sharon Laura Cynthia Kathleen Amy Shirley Angela Helen Anna Brenda Pamela Olivia Emma Charlotte Grace Hannah"),
            Split("James Robert John Michael David William Richard Joseph Thomas Christopher Charles Daniel Matthew Anthony Mark Donald Steven Andrew Paul Joshua Kenneth Kevin Brian George Timothy Ronald Edward Jason Jeffrey Ryan Henry Oliver Samuel Jack Owen"),
            Split("Smith Johnson Williams Brown Jones Miller Davis Wilson Anderson Taylor Moore Martin Thompson White Harris Clark Lewis Robinson Walker Young Allen King Wright Scott Hill Green Adams Baker Nelson Carter Mitchell Turner Phillips Parker Evans Collins Stewart Morris Rogers Reed Cook")),
        new(20, 0.55,
            Split("María Guadalupe Rosa Carmen Ana Lucía Sofía Valentina Isabel Elena Gabriela Daniela Alejandra Marisol Yolanda Esperanza Teresa Patricia Luz Camila"),
            Split("José Juan Luis Carlos Miguel Jorge Francisco Antonio Manuel Alejandro Ricardo Eduardo Fernando Rafael Sergio Diego Andrés Javier Ramón Héctor"),
            Split("García Rodríguez Martínez Hernández López González Pérez Sánchez Ramírez Torres Flores Rivera Gómez Díaz Reyes Morales Cruz Ortiz Gutiérrez Chávez Ramos Ruiz Vargas Castillo Jiménez Mendoza Álvarez Romero Herrera Medina Aguilar Núñez")),
        new(12, 0,
            Split("Keisha Latoya Ebony Imani Aaliyah Tamika Jasmine Denise Yvonne Monique Gloria Ruby Aisha Nia Simone Loretta"),
            Split("Darnell Jamal Marcus Terrence Malik Andre Tyrone Reginald Isaiah Elijah Curtis Leon Clarence Xavier Desmond Maurice"),
            Split("Washington Jefferson Jackson Banks Booker Coleman Freeman Gaines Mosley Randolph Simmons Bryant Dixon Hawkins Jenkins Griffin Hayes Ellis Brooks Barnes")),
        new(8, 0, Split("Mei Li Xiu Jing Yan Hui Ling Fang Wei Na Ying Min"), Split("Wei Jun Ming Hao Feng Jian Lei Tao Yong Chen Bo Kai"), Split("Wang Li Zhang Liu Chen Yang Huang Zhao Wu Zhou Xu Sun Lin Guo")),
        new(5, 0, Split("Linh Thu Mai Lan Huong Ngoc Trang Phuong"), Split("Minh Hung Duc Thanh Quang Tuan Khanh Long"), Split("Nguyen Tran Le Pham Hoang Phan Vu Dang Bui Do")),
        new(6, 0, Split("Priya Anjali Kavita Lakshmi Deepa Sunita Meera Asha Divya Nisha"), Split("Raj Amit Sanjay Vikram Arjun Suresh Anil Ravi Rohan Prakash"), Split("Patel Sharma Singh Gupta Reddy Kumar Iyer Nair Desai Mehta Rao Joshi")),
        new(4, 0, Split("Fatima Leila Amina Yasmin Zahra Noor Samira Hanan"), Split("Ahmed Omar Hassan Ali Khalid Yusuf Ibrahim Tariq"), Split("Haddad Khoury Nasser Rahman Aziz Farouk Saleh Mansour Hamdan Darwish")),
        new(4, 0, Split("Siobhan Bridget Maeve Nora Giulia Francesca Agnieszka Katarzyna Zofia Rachel Miriam Ingrid"), Split("Patrick Declan Liam Giovanni Marco Stanisław Piotr Jakub Aaron Ezra Lars Niels"), Split("O'Brien Murphy Sullivan Kelly Rossi Ferrari Bianchi Kowalski Nowak Wiśniewski Cohen Levine Goldberg Larsen Johansson")),
        new(3, 0, Split("Marie Nadège Fabiola Mirlande Rose Guerline"), Split("Jean Pierre Wilner Emmanuel Frantz Jacques"), Split("Pierre Baptiste Joseph Desir Toussaint Estimé Laurent Moïse")),
        new(2, 0, Split("Selam Hiwot Abebech Tigist Almaz"), Split("Dawit Tesfaye Abebe Yonas Bekele"), Split("Tesfaye Bekele Haile Girma Tadesse Alemu")),
        new(2, 0, Split("Ji-woo Min-seo Soo-jin Hye-jin Eun-ji"), Split("Min-jun Seo-jun Ji-hoon Sung-min Hyun-woo"), Split("Kim Lee Park Choi Jung Kang Yoon Jang")),
    ];

    /// <summary>Sum of the weights.</summary>
    public static readonly int TotalWeight = Origins.Sum(origin => origin.Weight);

    private static string[] Split(string names) => names.Split(' ');
}
